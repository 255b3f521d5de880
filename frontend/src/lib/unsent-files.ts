import { Listeners } from './listeners';
import { holdPage } from './leaving';

/**
 * How many files wait in which conversation, attached and not sent yet: what a row of the list says, and what would
 * be lost with the page. The files themselves are in the part that is loaded on first use.
 */
/** Sends the files of a conversation, with a text. */
export type Outlet = (text: string, replyTo: string | null) => void;

const counts = new Map<string, number>();
const outlets = new Map<string, Outlet>();
const listeners = new Listeners();
const forgetters = new Listeners();

export const unsentFiles = (conversationId: string): number => counts.get(conversationId) ?? 0;

/** How the files go out together with what is written; null where none waits for that. */
export const filesOutlet = (conversationId: string): Outlet | null => outlets.get(conversationId) ?? null;

export function noteUnsentFiles(conversationId: string, count: number, outlet: Outlet | null = null): void {
  const hadOutlet = outlets.has(conversationId);
  if (unsentFiles(conversationId) === count && hadOutlet === (outlet !== null)) return;
  if (outlet === null) outlets.delete(conversationId);
  else if (!hadOutlet) outlets.set(conversationId, outlet);
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
