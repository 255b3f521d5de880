import { type ApiClient, ApiProblem, bodyOf } from '../../lib/api';
import type { Conversation, HandledConversation } from '../../lib/types';

/** Who has said more than this in a moment was not only answering. */
const MOST = 20;

/**
 * Does what must not bury anything that was said since the agent looked. Their own replies bury nothing: where the
 * server has those already of which the page has no answer yet (``pending``, by the client's ids), it is done with
 * them as the last words. The customer's count by their arrival, whatever their time; a colleague's no less.
 */
export async function besideOwnWords(
  api: ApiClient,
  seen: Conversation,
  pending: ReadonlySet<string>,
  put: (lastMessageId: string | null) => Promise<HandledConversation>,
): Promise<HandledConversation> {
  const last = seen.last_message?.id ?? null;
  try {
    return await put(last);
  } catch (error) {
    const own = last === null || pending.size === 0 ? null : await ownSince(api, seen, last, pending, error);
    if (own === null) throw error;
    return put(own);
  }
}

/** The last message as it is now, if all behind what the agent has seen are of these. */
async function ownSince(
  api: ApiClient,
  seen: Conversation,
  last: string,
  pending: ReadonlySet<string>,
  error: unknown,
): Promise<string | null> {
  if (!(error instanceof ApiProblem) || error.code !== 'conversation_changed') return null;
  const now = (error.body.conversation ?? null) as Conversation | null;
  const newest = now?.last_message?.id;
  if (newest === undefined || now?.counted_total !== seen.counted_total) return null;
  const query = { conversation_id: seen.id, after: last, limit: MOST };
  const { messages } = await bodyOf(api.GET('/api/live-chat/messages', { params: { query } }));
  const isOwn = messages.length < MOST && messages.every(({ client_message_id: key }) => key !== null && pending.has(key));
  return isOwn && messages.some(({ id }) => id === newest) ? newest : null;
}
