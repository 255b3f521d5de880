import { local } from '../../lib/storage';
/** Failed messages that an agent has hidden. They are hidden in this browser only, as the button says. */
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

/** The caller gets the same set until another message is hidden. */
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
