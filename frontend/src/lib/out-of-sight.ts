import { Listeners } from './listeners';

/** The conversations that went out of the agent's sight while the page was open, by their ids. */
const gone = new Set<string>();
const listeners = new Listeners();

export const subscribeSight = listeners.subscribe;
export const isOutOfSight = (conversationId: string): boolean => gone.has(conversationId);

export function loseSight(conversationId: string): void {
  gone.add(conversationId);
  listeners.tell();
}

/** The caller is told whether it had been out of sight. */
export function regainSight(conversationId: string): boolean {
  if (!gone.delete(conversationId)) return false;
  listeners.tell();
  return true;
}
