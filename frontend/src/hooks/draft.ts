import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { bodyOf } from '../lib/api';
import { type LocalDraft, readDraft, startingDraft, subscribeDrafts, writeDraft } from '../lib/drafts';
import type { Conversation } from '../lib/types';
import { applyToCache } from './live-updates';
import { useServices } from './services';

const SAVE_MS = 300;
const UPLOAD_MS = 1500;

export interface Draft {
  text: string;
  replyTo: string | null;
  setText: (text: string) => void;
  setReplyTo: (messageId: string | null) => void;
  /** It has become a message: nothing of it is left, here or elsewhere. */
  clear: () => void;
}

/**
 * What is being written in a conversation: in this browser after 0.3 s, at the server, and so on the
 * agent's other devices, when writing pauses.
 */
export function useDraft(conversation: Conversation): Draft {
  const { api, userId } = useServices();
  const client = useQueryClient();
  const { id } = conversation;
  const [draft, setDraft] = useState(() => startingDraft(readDraft(userId, id), conversation));
  // Null: nothing is waiting to be written.
  const unwritten = useRef<LocalDraft | null>(null);
  const timers = useRef({ save: 0, upload: 0 });
  const isDirty = useRef(draft !== null && !draft.isSaved);
  // Sending what was never told elsewhere leaves nothing to take back there.
  const isElsewhere = useRef(conversation.draft !== null);

  const write = useCallback(() => {
    window.clearTimeout(timers.current.save);
    if (unwritten.current !== null) writeDraft(userId, id, unwritten.current);
    unwritten.current = null;
  }, [userId, id]);

  const upload = useCallback(async () => {
    window.clearTimeout(timers.current.upload);
    write();
    const sent = readDraft(userId, id);
    if (sent === null || sent.isSaved) return;
    const isEmpty = sent.text.trim() === '';
    if (isEmpty && !isElsewhere.current) {
      isDirty.current = false;
      writeDraft(userId, id, null);
      return;
    }
    isElsewhere.current = true;
    try {
      const answer = await bodyOf(
        api.PUT('/api/live-chat/conversations/{conversation_id}/draft', {
          params: { path: { conversation_id: id } },
          body: { text: sent.text, reply_to: sent.replyTo },
          // The page may be going away.
          keepalive: true,
        }),
      );
      const now = readDraft(userId, id);
      if (now === null || now.text !== sent.text || now.replyTo !== sent.replyTo) return;
      isDirty.current = false;
      isElsewhere.current = !isEmpty;
      writeDraft(userId, id, isEmpty ? null : { ...sent, isSaved: true });
      applyToCache(client, { type: 'conversation.updated', message: null, conversation: answer });
    } catch {
      // It is safe here, and told again with the next change or the next visit.
    }
  }, [api, client, userId, id, write]);

  useEffect(() => {
    const leave = () => void upload();
    // A phone may end the page without another word once it is hidden.
    document.addEventListener('visibilitychange', leave);
    if (isDirty.current) leave();
    return () => {
      document.removeEventListener('visibilitychange', leave);
      leave();
    };
  }, [upload]);

  const change = useCallback(
    (next: LocalDraft) => {
      setDraft(next);
      isDirty.current = true;
      unwritten.current = next;
      window.clearTimeout(timers.current.save);
      window.clearTimeout(timers.current.upload);
      timers.current.save = window.setTimeout(write, SAVE_MS);
      timers.current.upload = window.setTimeout(() => void upload(), UPLOAD_MS);
    },
    [upload, write],
  );
  const clear = useCallback(() => {
    change({ text: '', replyTo: null, isSaved: false });
    void upload();
  }, [change, upload]);

  // Another device has gone on writing, or has sent it: shown where nothing is under this hand.
  const theirs = conversation.draft?.updated_at ?? null;
  const known = useRef(theirs);
  useEffect(() => {
    if (known.current === theirs) return;
    known.current = theirs;
    isElsewhere.current = theirs !== null;
    if (isDirty.current || document.hasFocus()) return;
    // oxlint-disable-next-line react/set-state-in-effect
    setDraft(startingDraft(null, conversation));
  }, [theirs, conversation]);

  const text = draft?.text ?? '';
  const replyTo = draft?.replyTo ?? null;
  return {
    text,
    replyTo,
    setText: useCallback((next: string) => change({ text: next, replyTo, isSaved: false }), [change, replyTo]),
    setReplyTo: useCallback((next: string | null) => change({ text, replyTo: next, isSaved: false }), [change, text]),
    clear,
  };
}

/** The draft as the list shows it; follows what is written, in this tab, in others and on other devices. */
export function useSavedDraft(userId: string, conversation: Conversation): string {
  const draft = useSyncExternalStore(subscribeDrafts, () => {
    const local = readDraft(userId, conversation.id);
    return startingDraft(local, conversation)?.text ?? '';
  });
  return draft.trim();
}
