import { Listeners } from './listeners';
import { holdPage } from './leaving';

/**
 * How many attached files each conversation has that are not sent yet. A row of the list shows it, and the files would
 * be lost with the page. The files themselves are kept by the part that is loaded on first use.
 */
/** Sends the files of a conversation, with a text. */
export type Outlet = (text: string, replyTo: string | null) => void;

const counts = new Map<string, number>();
const outlets = new Map<string, Outlet>();
const listeners = new Listeners();
const forgetters = new Listeners();

export const unsentFiles = (conversationId: string): number => counts.get(conversationId) ?? 0;

/** The caller gets the function that sends the files with the text; null if no file waits. */
export const filesOutlet = (conversationId: string): Outlet | null => outlets.get(conversationId) ?? null;

export function noteUnsentFiles(conversationId: string, count: number, outlet: Outlet | null = null): void {
  const hadOutlet = outlets.has(conversationId);
  if (unsentFiles(conversationId) === count && hadOutlet === (outlet !== null)) return;
  if (outlet === null) outlets.delete(conversationId);
  else if (!hadOutlet) outlets.set(conversationId, outlet);
  if (count > 0) counts.set(conversationId, count);
  else counts.delete(conversationId);
  // The browser asks before the page goes, since files cannot be kept as drafts are.
  holdPage('files', counts.size > 0);
  listeners.tell();
}

export const subscribeUnsentFiles = listeners.subscribe;

/** Registers the function that drops the files, for when the agent signs out. */
export const onForgetFiles = (forget: () => void): unknown => forgetters.subscribe(forget);

/** Drops all attached files. None may stay after the agent has signed out. */
export const forgetFiles = (): void => forgetters.tell();
