import type { Conversation } from './types';
import { local } from './storage';

/**
 * What is being written in a conversation. `isSaved` says that the server has it too. `base` is the time of the
 * server's draft that it continues; null if there was none.
 */
export interface LocalDraft {
  text: string;
  replyTo: string | null;
  isSaved: boolean;
  base?: string | null;
}

const CHANGED = 'livechat:draft';
export const draftPrefix = (userId: string): string => `livechat.draft.${userId}.`;
const keyOf = (userId: string, conversationId: string) => draftPrefix(userId) + conversationId;

export function readDraft(userId: string, conversationId: string): LocalDraft | null {
  const text = local.get(keyOf(userId, conversationId));
  if (text === null) return null;
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given !== 'object' || given === null) return null;
    const part = (name: string): unknown => Reflect.get(given, name);
    const [written, replyTo, base] = [part('text'), part('replyTo'), part('base')];
    if (typeof written !== 'string') return null;
    return {
      text: written,
      replyTo: typeof replyTo === 'string' ? replyTo : null,
      isSaved: part('isSaved') === true,
      base: typeof base === 'string' ? base : null,
    };
  } catch {
    return null;
  }
}

/** Whether the draft outlives the page. */
export function writeDraft(userId: string, conversationId: string, draft: LocalDraft | null): boolean {
  const key = keyOf(userId, conversationId);
  if (draft === null) local.remove(key);
  else local.set(key, JSON.stringify(draft));
  window.dispatchEvent(new Event(CHANGED));
  return local.isKept(key);
}

/** Follows what is written in this tab and in others. */
export function subscribeDrafts(listener: () => void): () => void {
  window.addEventListener(CHANGED, listener);
  window.addEventListener('storage', listener);
  return () => {
    window.removeEventListener(CHANGED, listener);
    window.removeEventListener('storage', listener);
  };
}

/** What the agent finds in the field. A draft that the server does not have yet goes before the server's. */
export function startingDraft(local: LocalDraft | null, conversation: Pick<Conversation, 'draft'>): LocalDraft | null {
  if (local && !local.isSaved) return local;
  const { draft } = conversation;
  return draft && { text: draft.text, replyTo: draft.reply_to, isSaved: true, base: draft.updated_at };
}

/** Nothing that somebody wrote stays in the browser after they have signed out. */
export function forgetWriting(userId: string): void {
  const prefixes = [draftPrefix(userId), `livechat.outbox.${userId}.`];
  for (const key of prefixes.flatMap((prefix) => local.keys(prefix))) local.remove(key);
}
