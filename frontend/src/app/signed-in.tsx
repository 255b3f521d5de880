import { notifyManager, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Session } from '../features/session/session';
import { applyToCache } from '../hooks/live-updates';
import { ServicesContext } from '../hooks/services';
import { type ApiClient, ApiProblem, bodyOf, newApiClient } from '../lib/api';
import { keys } from '../lib/keys';
import { loadPatiently } from '../lib/lazy-part';
import { guarded } from '../lib/listeners';
import { Outbox } from '../lib/outbox';
import type { OutboxEntry } from '../lib/outbox-entry';
import { followSigns } from '../lib/signs-of-life';
import { local } from '../lib/storage';
import { LiveChat } from './live-chat-page';

// Loaded when somebody sends and resolves at once.
const resolving = () => import('../features/handling/resolve-sent');

interface Props {
  session: Session;
  /** The agent asked for it. */
  onSignOut: () => void;
  /** The session has ended by itself: what was written is kept. */
  onSignedOut: () => void;
}

/** What a signed-in agent's page runs on: the API, the outbox, and the session's end. */
export function SignedIn({ session, onSignOut, onSignedOut }: Props) {
  const client = useQueryClient();
  const api = useMemo(() => newApiClient(session), [session]);
  const send = useCallback(
    async (entry: OutboxEntry, signal: AbortSignal) => {
      try {
        await sendReply(api, client, entry, signal);
      } catch (error) {
        // It waits for the sign-in, which is asked for.
        if (error instanceof ApiProblem && error.status === 401) onSignedOut();
        throw error;
      }
    },
    [api, client, onSignedOut],
  );
  // It outlives the session: what was refused for want of one goes on with the next.
  const [outbox] = useState(() => new Outbox(send, { storage: local, prefix: `livechat.outbox.${session.userId}.` }));
  useEffect(() => outbox.sendBy(send), [outbox, send]);
  useEffect(() => {
    outbox.start();
    const stop = followSigns(outbox);
    return () => {
      stop();
      outbox.stop();
    };
  }, [outbox]);

  const services = useMemo(
    () => ({ api, tokens: session, userId: session.userId, outbox }),
    [api, outbox, session],
  );
  return (
    <ServicesContext value={services}>
      <LiveChat session={session} onSignOut={onSignOut} onSignedOut={onSignedOut} />
    </ServicesContext>
  );
}

async function sendReply(api: ApiClient, client: QueryClient, entry: OutboxEntry, signal: AbortSignal): Promise<void> {
  try {
    const answer = await bodyOf(
      api.POST('/api/live-chat/send-message', {
        params: { header: { 'Idempotency-Key': entry.clientMessageId } },
        body: {
          phone_number_id: entry.phoneNumberId,
          conversation_id: entry.conversationId,
          message: entry.text,
          message_type: 'text',
          client_message_id: entry.clientMessageId,
          reply_to: entry.replyTo,
          ...(entry.noPreview && { preview_url: false }),
          ...(entry.resolvesAfter !== undefined && { expected: { last_message_id: entry.resolvesAfter } }),
        },
        signal,
      }),
    );
    // JSON of somebody who is not our server says nothing about what is stored.
    if (typeof answer?.message?.id !== 'string') throw new ApiProblem({}, 0);
    guarded(() => applyToCache(client, { type: 'message.created', ...answer }));
    // The cache tells its readers a moment later. Until then the bubble is the outbox's: a row that was gone for
    // that moment would be made anew.
    await new Promise<void>((resolve) => notifyManager.schedule(resolve));
    // Before the outbox forgets it: a page that goes away meanwhile sends it again, which changes nothing, and resolves.
    if (entry.resolvesAfter !== undefined) await (await loadPatiently(resolving)).resolveSent(api, client, answer, signal);
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'conversation_changed')
      (await loadPatiently(resolving)).tellHeldBack(client, error);
    // The window's end is the server's to know: the composer follows the conversation.
    if (error instanceof ApiProblem && error.code === 'service_window_closed')
      void client.invalidateQueries({ queryKey: keys.conversation(entry.conversationId) });
    throw error;
  }
}
