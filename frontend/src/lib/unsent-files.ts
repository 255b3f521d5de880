/**
 * How many files wait in which conversation, attached and not sent yet: what a row of the list says, and what would
 * be lost with the page. The files themselves are in the part that is loaded on first use.
 */
const counts = new Map<string, number>();
const listeners = new Set<() => void>();
const forgetters = new Set<() => void>();

/** The browser asks before the page goes: files cannot be kept as drafts are. */
const warn = (event: BeforeUnloadEvent): void => event.preventDefault();

export const unsentFiles = (conversationId: string): number => counts.get(conversationId) ?? 0;

export function noteUnsentFiles(conversationId: string, count: number): void {
  if (unsentFiles(conversationId) === count) return;
  if (count > 0) counts.set(conversationId, count);
  else counts.delete(conversationId);
  // Only while something can be lost: a page that listens is asked about, and kept in no cache.
  if (counts.size > 0) window.addEventListener('beforeunload', warn);
  else window.removeEventListener('beforeunload', warn);
  for (const listener of listeners) listener();
}

export function subscribeUnsentFiles(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Has the keeper of the files told when they are to go. */
export const onForgetFiles = (forget: () => void): unknown => forgetters.add(forget);

/** Nothing that somebody attached stays after they have signed out. */
export function forgetFiles(): void {
  for (const forget of forgetters) forget();
}
