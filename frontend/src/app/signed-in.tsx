import { notifyManager, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { Session } from '../features/session/session';
import { applyToCache } from '../hooks/live-updates';
import { ServicesContext } from '../hooks/services';
import { ApiProblem, bodyOf, newApiClient } from '../lib/api';
import { keys } from '../lib/keys';
import { Outbox, type OutboxEntry } from '../lib/outbox';
import { LiveChat } from './live-chat-page';

interface Props {
  session: Session;
  /** The agent asked for it. */
  onSignOut: () => void;
  /** The session has ended by itself: what was written is kept. */
  onSignedOut: () => void;
}

const SEND_TIMEOUT_MS = 20_000;

/** What a signed-in agent's page runs on: the API, the outbox, and the session's end. */
export function SignedIn({ session, onSignOut, onSignedOut }: Props) {
  const client = useQueryClient();
  const services = useMemo(() => {
    const api = newApiClient(session);
    const send = async (entry: OutboxEntry): Promise<void> => {
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
            },
            signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
          }),
        );
        applyToCache(client, { type: 'message.created', ...answer });
        // The cache tells its readers a moment later. Until then the bubble is the outbox's: a row that was gone for
        // that moment would be made anew.
        await new Promise<void>((resolve) => notifyManager.schedule(resolve));
      } catch (error) {
        // The window's end is the server's to know: the composer follows the conversation.
        if (error instanceof ApiProblem && error.code === 'service_window_closed')
          void client.invalidateQueries({ queryKey: keys.conversation(entry.conversationId) });
        throw error;
      }
    };
    const prefix = `livechat.outbox.${session.userId}.`;
    return { api, tokens: session, userId: session.userId, outbox: new Outbox({ storage: localStorage, prefix, send }) };
  }, [client, session]);

  useEffect(() => {
    const resume = () => services.outbox.resume();
    resume();
    window.addEventListener('online', resume);
    return () => window.removeEventListener('online', resume);
  }, [services]);

  return (
    <ServicesContext value={services}>
      <LiveChat session={session} onSignOut={onSignOut} onSignedOut={onSignedOut} />
    </ServicesContext>
  );
}
