import type { Conversation } from './types';

/** What is being written in a conversation. `isSaved`: the server has it too. */
export interface LocalDraft {
  text: string;
  replyTo: string | null;
  isSaved: boolean;
}

const CHANGED = 'livechat:draft';
export const draftPrefix = (userId: string): string => `livechat.draft.${userId}.`;
const keyOf = (userId: string, conversationId: string) => draftPrefix(userId) + conversationId;

export function readDraft(userId: string, conversationId: string): LocalDraft | null {
  const text = localStorage.getItem(keyOf(userId, conversationId));
  if (text === null) return null;
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given !== 'object' || given === null) return null;
    const part = (name: string): unknown => Reflect.get(given, name);
    const [written, replyTo] = [part('text'), part('replyTo')];
    if (typeof written !== 'string') return null;
    return {
      text: written,
      replyTo: typeof replyTo === 'string' ? replyTo : null,
      isSaved: part('isSaved') === true,
    };
  } catch {
    return null;
  }
}

export function writeDraft(userId: string, conversationId: string, draft: LocalDraft | null): void {
  const key = keyOf(userId, conversationId);
  if (draft === null) localStorage.removeItem(key);
  else localStorage.setItem(key, JSON.stringify(draft));
  window.dispatchEvent(new Event(CHANGED));
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

/** What the agent finds in the field: what this browser has not told the server yet goes first. */
export function startingDraft(local: LocalDraft | null, conversation: Pick<Conversation, 'draft'>): LocalDraft | null {
  if (local && !local.isSaved) return local;
  const { draft } = conversation;
  return draft && { text: draft.text, replyTo: draft.reply_to, isSaved: true };
}

/** Nothing that somebody wrote stays in the browser after they have signed out. */
export function forgetWriting(userId: string): void {
  const prefixes = [draftPrefix(userId), `livechat.outbox.${userId}.`];
  for (const key of Object.keys(localStorage))
    if (prefixes.some((prefix) => key.startsWith(prefix))) localStorage.removeItem(key);
}
