import { useCallback, useEffect, useRef, useState } from 'react';

const SAVE_MS = 300;
const CHANGED = 'livechat:draft';

const keyOf = (userId: string, conversationId: string) => `livechat.draft.${userId}.${conversationId}`;

export function readDraft(userId: string, conversationId: string): string {
  return localStorage.getItem(keyOf(userId, conversationId)) ?? '';
}

function writeDraft(userId: string, conversationId: string, text: string): void {
  const key = keyOf(userId, conversationId);
  if (text === '') localStorage.removeItem(key);
  else localStorage.setItem(key, text);
  window.dispatchEvent(new Event(CHANGED));
}

/** What is being written in a conversation; kept in this browser, also over a reload. */
export function useDraft(userId: string, conversationId: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => readDraft(userId, conversationId));
  const unsaved = useRef<string | null>(null);
  const timer = useRef(0);
  const save = useCallback(() => {
    window.clearTimeout(timer.current);
    if (unsaved.current !== null) writeDraft(userId, conversationId, unsaved.current);
    unsaved.current = null;
  }, [userId, conversationId]);
  useEffect(() => {
    // A phone may end the page without another word once it is hidden.
    document.addEventListener('visibilitychange', save);
    return () => {
      document.removeEventListener('visibilitychange', save);
      save();
    };
  }, [save]);
  const change = useCallback(
    (next: string) => {
      setText(next);
      unsaved.current = next;
      window.clearTimeout(timer.current);
      if (next === '') save();
      else timer.current = window.setTimeout(save, SAVE_MS);
    },
    [save],
  );
  return [text, change];
}

/** The draft as the list shows it; follows what is saved, in this tab and in others. */
export function useSavedDraft(userId: string, conversationId: string): string {
  const [text, setText] = useState(() => readDraft(userId, conversationId));
  useEffect(() => {
    const read = () => setText(readDraft(userId, conversationId));
    read();
    window.addEventListener(CHANGED, read);
    window.addEventListener('storage', read);
    return () => {
      window.removeEventListener(CHANGED, read);
      window.removeEventListener('storage', read);
    };
  }, [userId, conversationId]);
  return text;
}

/** Nothing that somebody wrote stays in the browser after they have signed out. */
export function forgetDrafts(userId: string): void {
  const prefixes = [`livechat.draft.${userId}.`, `livechat.outbox.${userId}.`];
  for (const key of Object.keys(localStorage))
    if (prefixes.some((prefix) => key.startsWith(prefix))) localStorage.removeItem(key);
}
