import type { Conversation, ProblemBody } from '../../lib/types';
import { h } from '../../words/handling-en';

/** What is said to who was not the first: who was, and how the conversation stands now. */
export function lostTo({ changed_by }: Partial<ProblemBody>, now: Conversation, userId: string): string {
  const { assignee, team } = now;
  const winner = typeof changed_by?.name === 'string' ? changed_by.name : null;
  const stands =
    assignee === null
      ? team === null
        ? h.standsFree
        : h.standsWithTeam(team.name)
      : h.standsWith(assignee.user_id === userId ? null : assignee.name);
  return `${changed_by?.user_id === userId || winner === null ? h.quickerSomebody : h.quicker(winner)} ${stands}`;
}
