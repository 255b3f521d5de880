import { useState } from 'react';
import { FailureNotice } from '../../../components/notice';
import { Picker } from '../../../components/picker';
import { useServices } from '../../../hooks/services';
import { useMembers, useTeams } from '../../../hooks/workspace';
import { t } from '../../../words/en';
import { h } from '../../../words/handling-en';
import { b } from '../../../words/bulk-en';
import { shown } from '../assign-picker';
import { type AssigneeChoice, assignmentFor, choicesForMany, keyOfChoice } from '../assignee-choices';
import { TakeOver } from '../take-over';
import type { BulkAct } from './endpoints';

interface Props {
  workspaceId: string;
  /** The numbers that they run through. */
  numbers: readonly string[];
  /** How many of them are a colleague's. */
  others: number;
  onAct: (act: BulkAct) => void;
  onClose: () => void;
}

/** Whose all of them are to be. Who takes some from colleagues is asked whether they mean it. */
export function BulkAssign({ workspaceId, numbers, others, onAct, onClose }: Props) {
  const { userId } = useServices();
  const members = useMembers(workspaceId);
  const teams = useTeams(workspaceId);
  const [isAsking, setAsking] = useState(false);
  const choices = choicesForMany({ members: members.data ?? [], teams: teams.data ?? [], numbers, userId });
  const give = (choice: AssigneeChoice) => onAct({ action: 'assign', ...assignmentFor(choice, userId) });
  if (isAsking) return <TakeOver heading={b.takeOver(others)} hint={b.takeOverHint} onTake={() => give({ kind: 'me' })} onClose={onClose} />;
  const failed = [members, teams].find((query) => query.isError && !query.data);
  return (
    <Picker
      label={h.assign}
      placeholder={h.assignPlaceholder}
      none={h.nobodyFound}
      choices={choices.map((choice) => shown(choice))}
      notice={
        failed ? (
          <FailureNotice error={failed.error as Error} onRetry={() => void Promise.all([members.refetch(), teams.refetch()])} />
        ) : members.isPending ? (
          <p role="status">{t.loading}</p>
        ) : undefined
      }
      onChoose={(key) => {
        const choice = choices.find((one) => keyOfChoice(one) === key);
        if (choice?.kind === 'me' && others > 0) setAsking(true);
        else if (choice) give(choice);
      }}
      onClose={onClose}
    />
  );
}
