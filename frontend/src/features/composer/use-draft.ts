import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { applyToCache } from '../../hooks/live-updates';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { type LocalDraft, readDraft, startingDraft, writeDraft } from '../../lib/drafts';
import { holdPage } from '../../lib/leaving';
import { onLineBack } from '../../lib/line';
import { notify } from '../../lib/notices';
import type { Conversation } from '../../lib/types';
import { t } from '../../words/en';

const SAVE_MS = 300;
const UPLOAD_MS = 1500;

export interface Draft {
  text: string;
  replyTo: string | null;
  setText: (text: string) => void;
  setReplyTo: (messageId: string | null) => void;
  /** It has become a message: nothing of it is left, here or elsewhere. */
  clear: () => void;
  /**
   * Another device has sent or cleared what this one has gone on writing (`yes`), or may have (`checking`): until the
   * agent has said what is to be done with it, it must not be sent, since the customer may have it already.
   */
  gone: 'no' | 'checking' | 'yes';
  /** What is here is new writing, whatever has become of what it began as. */
  keep: () => void;
  /** Neither this browser nor the server has it: it ends with the page. */
  isUnkept: boolean;
  /** Look whether another device has changed it. */
  lookAgain: () => void;
}

type Theirs = Conversation['draft'];

/**
 * What is being written in a conversation: in this browser after 0.3 s, at the server, and so on the agent's other
 * devices, when writing pauses. What is not changed here follows the server, whoever has the focus.
 */
export function useDraft(conversation: Conversation): Draft {
  const { api, userId } = useServices();
  const client = useQueryClient();
  const { id } = conversation;
  const [draft, setDraft] = useState(() => startingDraft(readDraft(userId, id), conversation));
  const [gone, setGone] = useState<Draft['gone']>('no');
  const [isUnkept, setUnkept] = useState(false);
  // Null: nothing is waiting to be written.
  const unwritten = useRef<LocalDraft | null>(null);
  const timers = useRef({ save: 0, upload: 0 });
  const shown = useRef(draft);
  const isDirty = useRef(draft !== null && !draft.isSaved);
  // Of the server's draft that is known here: its time, and whether there is one.
  const base = useRef(draft?.base ?? null);
  const uploaded = useRef<string | null>(null);
  const wasClearedHere = useRef(false);
  // Telling the server failed: another device may have gone on meanwhile.
  const isLate = useRef(false);

  const show = useCallback((next: LocalDraft | null) => {
    shown.current = next;
    setDraft(next);
  }, []);
  const write = useCallback(() => {
    window.clearTimeout(timers.current.save);
    if (unwritten.current !== null) writeDraft(userId, id, unwritten.current);
    unwritten.current = null;
  }, [userId, id]);

  const fresh = useCallback(async (): Promise<Theirs> => {
    const path = { conversation_id: id };
    return (await bodyOf(api.GET('/api/live-chat/conversations/{conversation_id}', { params: { path } }))).draft;
  }, [api, id]);

  /** The server has none any more, though one was known. It is asked again: news may come out of order. */
  const lose = useCallback(async () => {
    setGone('checking');
    let theirs: Theirs = null;
    let isKnown = true;
    try {
      theirs = await fresh();
    } catch {
      // Then the agent is asked: what is here may be all that there is.
      isKnown = false;
    }
    if (theirs !== null) {
      base.current = theirs.updated_at;
      return setGone('no');
    }
    base.current = null;
    if ((shown.current?.text.trim() ?? '') === '') return setGone('no');
    if (isDirty.current || !isKnown) return setGone('yes');
    setGone('no');
    show(null);
    writeDraft(userId, id, null);
    notify(t.composer.goneElsewhere);
  }, [fresh, id, show, userId]);

  const follow = useCallback(
    (theirs: Theirs) => {
      const time = theirs?.updated_at ?? null;
      if (time === base.current) return;
      if (theirs === null) {
        if (wasClearedHere.current) base.current = null;
        else void lose();
        return;
      }
      // What comes late tells of what was before.
      if (base.current !== null && time !== null && time < base.current) return;
      base.current = time;
      const isOurs = JSON.stringify([theirs.text, theirs.reply_to]) === uploaded.current;
      if (isOurs || isDirty.current) return;
      wasClearedHere.current = false;
      const next = startingDraft(null, { draft: theirs });
      show(next);
      writeDraft(userId, id, next);
    },
    [id, lose, show, userId],
  );

  const tellServer = useCallback(async () => {
    const sent = readDraft(userId, id);
    if (sent === null || sent.isSaved) return;
    const isEmpty = sent.text.trim() === '';
    if (isEmpty && base.current === null && uploaded.current === null) {
      isDirty.current = false;
      writeDraft(userId, id, null);
      return;
    }
    try {
      if (isLate.current && !isEmpty) {
        const theirs = await fresh();
        isLate.current = false;
        follow(theirs);
        if (theirs === null && base.current !== null) return;
      }
      uploaded.current = JSON.stringify([sent.text, sent.replyTo]);
      const answer = await bodyOf(
        api.PUT('/api/live-chat/conversations/{conversation_id}/draft', {
          params: { path: { conversation_id: id } },
          body: { text: sent.text, reply_to: sent.replyTo },
          // The page may be going away.
          keepalive: true,
        }),
      );
      isLate.current = false;
      const now = readDraft(userId, id);
      if (now === null || now.text !== sent.text || now.replyTo !== sent.replyTo) return;
      isDirty.current = false;
      base.current = answer.draft?.updated_at ?? null;
      if (isEmpty) uploaded.current = null;
      else wasClearedHere.current = false;
      writeDraft(userId, id, isEmpty ? null : { ...sent, isSaved: true, base: base.current });
      setUnkept(false);
      holdPage(`draft.${id}`, false);
      applyToCache(client, { type: 'conversation.updated', message: null, conversation: answer });
    } catch {
      // It is safe here, where the browser keeps it, and told again with the next change, sign of life or visit.
      isLate.current = true;
      const isLost = !isEmpty && !writeDraft(userId, id, sent);
      setUnkept(isLost);
      holdPage(`draft.${id}`, isLost);
    }
  }, [api, client, userId, id, follow, fresh]);

  // One after the other: an older text that overtakes a newer one would come back as a draft after it was sent.
  const telling = useRef<'no' | 'once' | 'again'>('no');
  const upload = useCallback(async () => {
    window.clearTimeout(timers.current.upload);
    write();
    if (telling.current !== 'no') {
      telling.current = 'again';
      return;
    }
    do {
      telling.current = 'once';
      await tellServer();
    } while (telling.current === ('again' as string));
    telling.current = 'no';
  }, [tellServer, write]);

  useEffect(() => {
    const leave = () => void upload();
    // A phone may end the page without another word once it is hidden.
    document.addEventListener('visibilitychange', leave);
    const stop = onLineBack(leave);
    return () => {
      document.removeEventListener('visibilitychange', leave);
      stop();
      leave();
    };
  }, [upload]);

  const change = useCallback(
    (next: Pick<LocalDraft, 'text' | 'replyTo'>) => {
      const written = { ...next, isSaved: false, base: base.current };
      show(written);
      isDirty.current = true;
      unwritten.current = written;
      window.clearTimeout(timers.current.save);
      window.clearTimeout(timers.current.upload);
      timers.current.save = window.setTimeout(write, SAVE_MS);
      timers.current.upload = window.setTimeout(() => void upload(), UPLOAD_MS);
    },
    [show, upload, write],
  );
  const clear = useCallback(() => {
    setGone('no');
    wasClearedHere.current = true;
    change({ text: '', replyTo: null });
    void upload();
  }, [change, upload]);
  const keep = useCallback(() => {
    setGone('no');
    if (shown.current) change(shown.current);
  }, [change]);

  // Another device has gone on writing, or has sent it. At the beginning too: it may have while this page was closed.
  const { draft: theirs } = conversation;
  const lookAgain = useCallback(() => follow(theirs), [follow, theirs]);
  const first = useRef(true);
  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect
    lookAgain();
    if (first.current && isDirty.current && theirs !== null === (base.current !== null)) void upload();
    first.current = false;
  }, [lookAgain, theirs, upload]);

  const text = draft?.text ?? '';
  const replyTo = draft?.replyTo ?? null;
  return {
    text,
    replyTo,
    setText: useCallback((next: string) => change({ text: next, replyTo }), [change, replyTo]),
    setReplyTo: useCallback((next: string | null) => change({ text, replyTo: next }), [change, text]),
    clear,
    gone,
    keep,
    isUnkept,
    lookAgain,
  };
}
