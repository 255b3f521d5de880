import type { Conversation, Member, Team } from '../../lib/types';

/** Whom a conversation can be given to. */
export type AssigneeChoice =
  | { kind: 'me' }
  | { kind: 'nobody' }
  | { kind: 'member'; member: Member }
  | { kind: 'team'; team: Team };

interface Given {
  conversation: Conversation;
  members: readonly Member[];
  teams: readonly Team[];
  userId: string;
}

/** Whether the server would take them as the one who answers there; what it knows beyond that, it says. */
const canHave = (member: Member, numbers: readonly string[]): boolean =>
  member.state === 'active' &&
  member.role !== 'viewer' &&
  numbers.every((id) => member.phone_number_ids === null || member.phone_number_ids.includes(id));

/** Who chose to be there and is, then who is not at the screen, then who is not there, then who chose not to be. */
const distance = ({ availability, presence }: Member): number =>
  availability === 'available' ? ['active', 'idle', 'absent'].indexOf(presence) : 3;

const nearestFirst = (a: Member, b: Member): number => distance(a) - distance(b) || (a.name ?? '').localeCompare(b.name ?? '');

/** Oneself first, then nobody, then the others, those who are there first, and the teams. */
export function assigneeChoices({ conversation, members, teams, userId }: Given): AssigneeChoice[] {
  const { assignee, team } = conversation;
  const others = members
    .filter((one) => one.user_id !== userId && one.user_id !== assignee?.user_id && canHave(one, [conversation.phone_number_id]))
    .toSorted(nearestFirst);
  return [
    ...(assignee?.user_id === userId ? [] : [{ kind: 'me' as const }]),
    ...(assignee === null && team === null ? [] : [{ kind: 'nobody' as const }]),
    ...others.map((member) => ({ kind: 'member' as const, member })),
    ...teams
      .filter((one) => assignee !== null || one.id !== team?.id)
      .map((one) => ({ kind: 'team' as const, team: one })),
  ];
}

/** The same for many at once, on these numbers, whosever they are. */
export function choicesForMany({ members, teams, numbers, userId }: Omit<Given, 'conversation'> & { numbers: readonly string[] }): AssigneeChoice[] {
  const others = members.filter((one) => one.user_id !== userId && canHave(one, numbers)).toSorted(nearestFirst);
  return [
    { kind: 'me' },
    { kind: 'nobody' },
    ...others.map((member) => ({ kind: 'member' as const, member })),
    ...teams.map((team) => ({ kind: 'team' as const, team })),
  ];
}

export function keyOfChoice(choice: AssigneeChoice): string {
  if (choice.kind === 'member') return `member:${choice.member.user_id}`;
  return choice.kind === 'team' ? `team:${choice.team.id}` : choice.kind;
}

/** What the server is asked for. A team gets it for whoever of them takes it. */
export function assignmentFor(choice: AssigneeChoice, userId: string): { assignee_id: string | null; team_id?: string | null } {
  switch (choice.kind) {
    case 'me':
      return { assignee_id: userId };
    case 'nobody':
      return { assignee_id: null, team_id: null };
    case 'member':
      return { assignee_id: choice.member.user_id };
    case 'team':
      return { assignee_id: null, team_id: choice.team.id };
  }
}
