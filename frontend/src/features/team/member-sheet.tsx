import { type SubmitEvent, useId, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { Sheet } from '../../components/sheet';
import { ApiProblem } from '../../lib/api';
import type { Member, PhoneNumber, Workspace } from '../../lib/types';
import { t } from '../../words/en';
import { p } from '../../words/team-en';
import { Choice, lacksNumbers, RightsFields } from './choices';
import { useAct, useWorkspaceCalls } from './endpoints';
import { Failure, Question } from './question';
import styles from './team.module.css';
import { actsOn, changesOf, heirsOf, memberName, type MemberChanges } from './team-model';

interface Props {
  member: Member;
  members: readonly Member[];
  workspace: Workspace;
  numbers: readonly PhoneNumber[];
  userId: string;
  onLeft: () => void;
  onClose: () => void;
}

type Asked = 'remove' | 'leave' | 'owner' | null;
const NOBODY = '';

/** One colleague, or oneself: everything that may be changed, and the ways out. */
export function MemberSheet({ member, members, workspace, numbers, userId, onLeft, onClose }: Props) {
  const calls = useWorkspaceCalls(workspace.id);
  const acts = actsOn(member, workspace, userId);
  const name = memberName(member);
  const [rights, setRights] = useState(member);
  const [asked, setAsked] = useState<Asked>(null);
  const [heir, setHeir] = useState(NOBODY);
  const change = useAct((changes: MemberChanges) => calls.changeMember(member.user_id, changes));
  const remove = useAct(() => calls.removeMember(member.user_id, heir === NOBODY ? null : heir));
  const own = useAct(() => calls.makeOwner(member.user_id), p.ownerDone(name));
  const formId = useId();
  const errors = change.error instanceof ApiProblem ? change.error.errors : {};

  const save = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = String(new FormData(event.currentTarget).get('name') ?? '').trim();
    const changes = changesOf(member, { ...(acts.rights ? rights : member), name: given || null });
    if (Object.keys(changes).length === 0) onClose();
    else change.mutate(changes, { onSuccess: onClose });
  };
  const heirs: [string, string][] = heirsOf(members, member.user_id).map((each) => [each.user_id, memberName(each)]);

  if (asked === 'owner')
    return (
      <Question
        heading={p.makeOwnerHeading(name)}
        hint={p.makeOwnerHint}
        act={p.makeOwnerNow}
        isBusy={own.isPending}
        error={own.error}
        onAct={() => own.mutate(undefined, { onSuccess: onClose })}
        onClose={() => setAsked(null)}
      />
    );
  if (asked !== null)
    return (
      <Question
        heading={asked === 'leave' ? p.leaveHeading : p.removeHeading(name)}
        hint={asked === 'leave' ? p.leaveHint : p.removeHint}
        act={asked === 'leave' ? p.leaveNow : p.removeNow}
        isBusy={remove.isPending}
        error={remove.error}
        onAct={() => remove.mutate(undefined, { onSuccess: asked === 'leave' ? onLeft : onClose })}
        onClose={() => setAsked(null)}
      >
        <Choice label={p.handOver} value={heir} options={[[NOBODY, p.handOverNobody], ...heirs]} onChange={setHeir} />
      </Question>
    );
  const isSuspended = member.state === 'suspended';
  return (
    <Sheet
      heading={name}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button
            kind="primary"
            type="submit"
            form={formId}
            disabled={change.isPending || (acts.rights && lacksNumbers(rights))}
          >
            {change.isPending ? p.saving : p.save}
          </Button>
        </>
      }
    >
      <form id={formId} className={styles.form} onSubmit={save}>
        <Field name="name" label={p.name} defaultValue={member.name ?? ''} maxLength={100} errors={errors.name} required />
        {acts.rights && (
          <RightsFields
            value={rights}
            numbers={numbers}
            onChange={(value) => setRights({ ...rights, ...value })}
          />
        )}
        {acts.rights && lacksNumbers(rights) && <p className={styles.hint}>{p.chooseNumber}</p>}
        <Failure error={change.error} />
        <div className={styles.actions}>
          {acts.suspend && (
            <Button
              disabled={change.isPending}
              title={isSuspended ? undefined : p.suspendHint}
              onClick={() => change.mutate({ state: isSuspended ? 'active' : 'suspended' }, { onSuccess: onClose })}
            >
              {isSuspended ? p.restore : p.suspend}
            </Button>
          )}
          {acts.makeOwner && <Button onClick={() => setAsked('owner')}>{p.makeOwner}</Button>}
          {acts.remove && <Button onClick={() => setAsked('remove')}>{p.remove}</Button>}
          {acts.leave && <Button onClick={() => setAsked('leave')}>{p.leave}</Button>}
        </div>
        {acts.suspend && !isSuspended && <p className={styles.hint}>{p.suspendHint}</p>}
      </form>
    </Sheet>
  );
}
