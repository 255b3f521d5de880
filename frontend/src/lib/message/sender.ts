import type { Message } from '../types';

/** The name of the colleague who wrote an outbound message; null where it was ourselves, or nobody of the team. */
export function colleagueOf({ sent_by }: Message, userId: string): string | null {
  // The release before does not tell.
  return !sent_by || sent_by.id === userId ? null : sent_by.name;
}
