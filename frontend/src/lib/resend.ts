import { type ApiClient, bodyOf } from './api';
import type { Accepted, Message } from './types';

/**
 * Sends a message again that failed or was not confirmed. It is sent once: a second call gives the same new message,
 * with `isNew` false. The agent has been told that one that was not confirmed may arrive twice.
 */
export async function resend(api: ApiClient, message: Message): Promise<Accepted & { isNew: boolean }> {
  const asked = await api.POST('/api/live-chat/messages/{message_id}/resend', {
    params: { path: { message_id: message.id } },
    body: { even_if_delivered: message.status === 'unknown' },
  });
  return { ...(await bodyOf(Promise.resolve(asked))), isNew: asked.response.status === 202 };
}
