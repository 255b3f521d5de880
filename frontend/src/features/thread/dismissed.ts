import { local } from '../../lib/storage';
/** Failed messages that an agent has hidden. In this browser alone, as the button says: the server forgets nothing. */
const PREFIX = 'livechat.dismissed.';
const listeners = new Set<() => void>();
const cache = new Map<string, ReadonlySet<string>>();
const KEPT = 500;

function read(userId: string): ReadonlySet<string> {
  try {
    const given: unknown = JSON.parse(local.get(PREFIX + userId) ?? '[]');
    return new Set(Array.isArray(given) ? given.filter((id) => typeof id === 'string') : []);
  } catch {
    return new Set();
  }
}

/** The same set until something is put away. */
export function dismissedMessages(userId: string): ReadonlySet<string> {
  const known = cache.get(userId) ?? read(userId);
  cache.set(userId, known);
  return known;
}

export function dismissMessage(userId: string, messageId: string): void {
  const next = [...dismissedMessages(userId), messageId].slice(-KEPT);
  cache.set(userId, new Set(next));
  local.set(PREFIX + userId, JSON.stringify(next));
  for (const listener of listeners) listener();
}

export function subscribeDismissed(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
