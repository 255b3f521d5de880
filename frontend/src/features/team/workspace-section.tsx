import { type SubmitEvent, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { ApiProblem } from '../../lib/api';
import type { Workspace } from '../../lib/types';
import { p } from '../../words/team-en';
import { Choice, Line } from './choices';
import { useAct, useWorkspaceCalls } from './endpoints';
import { Failure } from './question';
import styles from './team.module.css';
import { canManage } from './team-model';

/** What the workspace is called, when its days begin, and how its people sign in. */
export function WorkspaceSection({ workspace }: { workspace: Workspace }) {
  const isManaged = canManage(workspace);
  const calls = useWorkspaceCalls(workspace.id);
  const [zone, setZone] = useState(workspace.time_zone);
  const [asks, setAsks] = useState(workspace.require_mfa);
  const change = useAct(calls.changeWorkspace, p.saved);
  const errors = change.error instanceof ApiProblem ? change.error.errors : {};
  const zones = [...new Set([workspace.time_zone, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name')).trim();
    change.mutate({
      ...(name !== workspace.name && { name }),
      ...(zone !== workspace.time_zone && { time_zone: zone }),
      ...(asks !== workspace.require_mfa && { require_mfa: asks }),
    });
  };
  return (
    <form className={`${styles.card} ${styles.form}`} onSubmit={submit} aria-label={p.sections.workspace}>
      <Field
        name="name"
        label={p.workspaceName}
        defaultValue={workspace.name}
        maxLength={100}
        errors={errors.name}
        disabled={!isManaged}
        required
      />
      <Choice
        label={p.timeZone}
        value={zone}
        options={zones.map((each) => [each, each.replaceAll('_', ' ')])}
        isDisabled={!isManaged}
        onChange={setZone}
      />
      <div>
        <Line isOn={asks} isDisabled={!isManaged} onChange={setAsks}>
          {p.mfa}
        </Line>
        <p className={styles.hint}>{p.mfaHint}</p>
      </div>
      <Failure error={change.error} />
      {isManaged && (
        <div className={styles.actions}>
          <Button kind="primary" type="submit" disabled={change.isPending}>
            {change.isPending ? p.saving : p.save}
          </Button>
        </div>
      )}
    </form>
  );
}
