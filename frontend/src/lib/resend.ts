import { type ApiClient, bodyOf } from './api';
import type { Accepted, Message } from './types';

/**
 * Sends a message again that failed or was not confirmed, once: asking twice gives the same new message. Of
 * one that was not confirmed the agent has been told that it may arrive twice.
 */
export function resend(api: ApiClient, message: Message): Promise<Accepted> {
  return bodyOf(
    api.POST('/api/live-chat/messages/{message_id}/resend', {
      params: { path: { message_id: message.id } },
      body: { even_if_delivered: message.status === 'unknown' },
    }),
  );
}
