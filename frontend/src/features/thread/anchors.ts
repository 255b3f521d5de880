import { visit } from '../../lib/storage';
/** Where a thread was left: a message, and how far below the view's top it stood. */
export interface Anchor {
  messageId: string;
  offsetPx: number;
}

const PREFIX = 'livechat.anchor.';

/** Places are kept for this tab's visit only: a thread that is opened tomorrow opens at its end. */
export function saveAnchor(conversationId: string, anchor: Anchor | null): void {
  if (anchor === null) visit.remove(PREFIX + conversationId);
  else visit.set(PREFIX + conversationId, JSON.stringify(anchor));
}

export function savedAnchor(conversationId: string): Anchor | null {
  try {
    const given: unknown = JSON.parse(visit.get(PREFIX + conversationId) ?? 'null');
    if (typeof given !== 'object' || given === null) return null;
    const messageId: unknown = Reflect.get(given, 'messageId');
    const offsetPx: unknown = Reflect.get(given, 'offsetPx');
    return typeof messageId === 'string' && typeof offsetPx === 'number' ? { messageId, offsetPx } : null;
  } catch {
    return null;
  }
}
