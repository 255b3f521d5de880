import { Listeners } from './listeners';
import { holdPage } from './leaving';

/**
 * How many files wait in which conversation, attached and not sent yet: what a row of the list says, and what would
 * be lost with the page. The files themselves are in the part that is loaded on first use.
 */
const counts = new Map<string, number>();
const listeners = new Listeners();
const forgetters = new Listeners();

export const unsentFiles = (conversationId: string): number => counts.get(conversationId) ?? 0;

export function noteUnsentFiles(conversationId: string, count: number): void {
  if (unsentFiles(conversationId) === count) return;
  if (count > 0) counts.set(conversationId, count);
  else counts.delete(conversationId);
  // The browser asks before the page goes: files cannot be kept as drafts are.
  holdPage('files', counts.size > 0);
  listeners.tell();
}

export const subscribeUnsentFiles = listeners.subscribe;

/** Has the keeper of the files told when they are to go. */
export const onForgetFiles = (forget: () => void): unknown => forgetters.subscribe(forget);

/** Nothing that somebody attached stays after they have signed out. */
export const forgetFiles = (): void => forgetters.tell();
