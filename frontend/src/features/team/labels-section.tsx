import { type SubmitEvent, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { LabelDot } from '../../components/label-chip';
import { Notice } from '../../components/notice';
import { Sheet } from '../../components/sheet';
import { useLabels } from '../../hooks/workspace';
import { LABEL_COLOURS, labelPaint } from '../../lib/label-colour';
import type { Label, Workspace } from '../../lib/types';
import { p } from '../../words/team-en';
import { useAct, useWorkspaceCalls } from './endpoints';
import { Loaded } from './loaded';
import { Failure, Question } from './question';
import styles from './team.module.css';
import { canManage } from './team-model';

/** What conversations are about, in the team's own words. */
export function LabelsSection({ workspace }: { workspace: Workspace }) {
  const labels = useLabels(workspace.id);
  const [changed, setChanged] = useState<string | null>(null);
  const isManaged = canManage(workspace);
  return (
    <>
      {isManaged && <NewLabel workspaceId={workspace.id} />}
      <Loaded query={labels}>
        {(all) => {
          const open = all.find((label) => label.id === changed);
          return (
            <section className={styles.card} aria-label={p.sections.labels}>
              {all.length === 0 && <Notice heading={p.noLabels} detail={p.noLabelsHint} />}
              <ul className={styles.list}>
                {all.map((label) => (
                  <li key={label.id} className={styles.row}>
                    <LabelDot colour={label.colour} />
                    <div className={styles.who}>
                      <bdi className={styles.name}>{label.name}</bdi>
                      {label.group !== null && <p className={styles.facts}>{p.inGroup(label.group)}</p>}
                    </div>
                    {isManaged && (
                      <Button aria-label={p.changeOf(label.name)} onClick={() => setChanged(label.id)}>
                        {p.change}
                      </Button>
                    )}
                  </li>
                ))}
              </ul>
              {open && isManaged && (
                <LabelSheet
                  key={open.id}
                  label={open}
                  workspaceId={workspace.id}
                  onClose={() => setChanged(null)}
                />
              )}
            </section>
          );
        }}
      </Loaded>
    </>
  );
}

const given = (form: FormData, name: string): string => String(form.get(name) ?? '').trim();

function NewLabel({ workspaceId }: { workspaceId: string }) {
  const make = useAct(useWorkspaceCalls(workspaceId).makeLabel);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const body = { name: given(data, 'name'), colour: given(data, 'colour'), group: given(data, 'group') || null };
    make.mutate(body, { onSuccess: () => form.reset() });
  };
  return (
    <form className={`${styles.card} ${styles.form}`} onSubmit={submit} aria-label={p.newLabel}>
      <div className={styles.inline}>
        <Field name="name" label={p.labelName} maxLength={100} required />
      </div>
      <Colours value={LABEL_COLOURS[0]} />
      <Field name="group" label={p.group} hint={p.groupHint} maxLength={100} />
      <Failure error={make.error} />
      <div className={styles.actions}>
        <Button kind="primary" type="submit" disabled={make.isPending}>
          {p.makeLabel}
        </Button>
      </div>
    </form>
  );
}

/** Those that can be read in both themes, and the one that it has. */
function Colours({ value }: { value: string }) {
  const all = [...new Set<string>([...LABEL_COLOURS, value])];
  return (
    <fieldset className={styles.group}>
      <legend>{p.colour}</legend>
      <div className={styles.colours}>
        {all.map((colour, index) => (
          <input
            key={colour}
            type="radio"
            name="colour"
            value={colour}
            defaultChecked={colour === value}
            aria-label={p.colourOf(index + 1)}
            style={{ backgroundColor: labelPaint(colour) }}
          />
        ))}
      </div>
    </fieldset>
  );
}

interface SheetProps {
  label: Label;
  workspaceId: string;
  onClose: () => void;
}

function LabelSheet({ label, workspaceId, onClose }: SheetProps) {
  const calls = useWorkspaceCalls(workspaceId);
  const [isAsked, setAsked] = useState(false);
  const change = useAct((body: { name: string; colour: string }) => calls.changeLabel(label.id, body), p.saved);
  const archive = useAct(() => calls.archiveLabel(label.id), p.labelArchived(label.name));
  if (isAsked)
    return (
      <Question
        heading={p.archiveHeading(label.name)}
        hint={p.archiveHint}
        act={p.archiveNow}
        isBusy={archive.isPending}
        error={archive.error}
        onAct={() => archive.mutate(undefined, { onSuccess: onClose })}
        onClose={() => setAsked(false)}
      />
    );
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    change.mutate({ name: given(data, 'name'), colour: given(data, 'colour') }, { onSuccess: onClose });
  };
  return (
    <Sheet heading={label.name} onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <div className={styles.inline}>
          <Field name="name" label={p.labelName} defaultValue={label.name} maxLength={100} required />
        </div>
        <Colours value={label.colour} />
        <Failure error={change.error} />
        <div className={styles.actions}>
          <Button kind="primary" type="submit" disabled={change.isPending}>
            {change.isPending ? p.saving : p.save}
          </Button>
          <Button onClick={() => setAsked(true)}>{p.archive}</Button>
        </div>
      </form>
    </Sheet>
  );
}
