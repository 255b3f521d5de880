import { type ApiClient, bodyOf } from './api';
import type { Accepted, Message } from './types';

/**
 * Sends a message again that failed or was not confirmed, once: asking twice gives the same new message, and
 * `isNew` is false. Of one that was not confirmed the agent has been told that it may arrive twice.
 */
export async function resend(api: ApiClient, message: Message): Promise<Accepted & { isNew: boolean }> {
  const asked = await api.POST('/api/live-chat/messages/{message_id}/resend', {
    params: { path: { message_id: message.id } },
    body: { even_if_delivered: message.status === 'unknown' },
  });
  return { ...(await bodyOf(Promise.resolve(asked))), isNew: asked.response.status === 202 };
}
