import { UserRoundCheck, UserRoundX, Users } from 'lucide-react';
import { useState } from 'react';
import { Avatar } from '../../components/avatar';
import { FailureNotice } from '../../components/notice';
import { Picker, type Choice } from '../../components/picker';
import { WithPresence } from '../../components/with-presence';
import { useServices } from '../../hooks/services';
import { useMembers, useTeams } from '../../hooks/workspace';
import type { Conversation } from '../../lib/types';
import { t } from '../../words/en';
import { h } from '../../words/handling-en';
import { v } from '../../words/presence-en';
import { type AssigneeChoice, assigneeChoices, keyOfChoice } from './assignee-choices';
import { useAssign } from './endpoints';
import { TakeOver, takeOverFrom } from './take-over';

interface Props {
  conversation: Conversation;
  onClose: () => void;
}

/** Whose a conversation is to be. Who takes it from somebody is asked whether they mean it. */
export function AssignPicker({ conversation, onClose }: Props) {
  const { userId } = useServices();
  const members = useMembers(conversation.workspace_id);
  const teams = useTeams(conversation.workspace_id);
  const { assign } = useAssign(conversation);
  const [isAsking, setAsking] = useState(false);
  const choices = assigneeChoices({ conversation, members: members.data ?? [], teams: teams.data ?? [], userId });
  const give = (choice: AssigneeChoice) => {
    assign(choice);
    onClose();
  };
  if (isAsking && conversation.assignee !== null)
    return <TakeOver {...takeOverFrom(conversation.assignee.name)} onTake={() => give({ kind: 'me' })} onClose={onClose} />;
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
        if (!choice) return;
        if (choice.kind === 'me' && conversation.assignee !== null) setAsking(true);
        else give(choice);
      }}
      onClose={onClose}
    />
  );
}

/** A choice as the picker has it. */
export function shown(choice: AssigneeChoice): Choice {
  const key = keyOfChoice(choice);
  switch (choice.kind) {
    case 'me':
      return { key, icon: <UserRoundCheck size={18} />, text: h.assignToMe };
    case 'nobody':
      return { key, icon: <UserRoundX size={18} />, text: h.unassign };
    case 'team':
      return { key, icon: <Users size={18} />, text: choice.team.name, detail: h.team };
    case 'member': {
      const { name, email, user_id: id, availability, presence } = choice.member;
      const text = name ?? email ?? h.somebody;
      const icon = (
        <WithPresence presence={presence}>
          <Avatar name={text} id={id} size={28} />
        </WithPresence>
      );
      return { key, icon, text, detail: availability === 'available' ? v.presences[presence] : v.availabilities[availability] };
    }
  }
}
