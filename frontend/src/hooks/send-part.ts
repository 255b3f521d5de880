import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { applyToCache } from './live-updates';
import { useServices } from './services';
import { ApiProblem, bodyOf } from '../lib/api';
import { keys } from '../lib/keys';
import type { Accepted } from '../lib/types';

const SEND_TIMEOUT_MS = 20_000;

/** To whom: a conversation, or a number (digits) with which there may be none yet. */
export interface Recipient {
  phoneNumberId: string;
  conversationId?: string;
  to?: string;
}

export interface PartToSend {
  /** Meta's word for the type; its part goes under the same name. */
  type: string;
  part: unknown;
  /** The same again is safe under one key: the server sends it once. */
  key: string;
  replyTo?: string | null;
}

/** Sends a message that is more than text; resolves when the server has stored it, rejects with ApiProblem. */
export function useSendPart({ phoneNumberId, conversationId, to }: Recipient) {
  const { api } = useServices();
  const client = useQueryClient();
  return useCallback(
    async ({ type, part, key, replyTo = null }: PartToSend): Promise<Accepted> => {
      try {
        const answer = await bodyOf(
          api.POST('/api/live-chat/send-message', {
            params: { header: { 'Idempotency-Key': key } },
            body: {
              phone_number_id: phoneNumberId,
              ...(conversationId === undefined ? { to: to ?? '' } : { conversation_id: conversationId }),
              message_type: type as 'image',
              [type]: part,
              client_message_id: key,
              reply_to: replyTo,
            },
            signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
          }),
        );
        applyToCache(client, { type: 'message.created', ...answer });
        return answer;
      } catch (error) {
        // The window's end is the server's to know: the composer follows the conversation.
        if (error instanceof ApiProblem && error.code === 'service_window_closed' && conversationId !== undefined)
          void client.invalidateQueries({ queryKey: keys.conversation(conversationId) });
        throw error;
      }
    },
    [api, client, conversationId, phoneNumberId, to],
  );
}
