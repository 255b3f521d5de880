import type { QueryClient } from '@tanstack/react-query';
import { type ApiClient, ApiProblem, bodyOf } from '../../lib/api';
import { customerName } from '../../lib/names';
import { notify } from '../../lib/notices';
import type { Accepted } from '../../lib/types';
import { h } from '../../words/handling-en';
import { showAsItIs, showHandled, undo } from './endpoints';
import { tellResolved } from './resolved-here';

/**
 * Resolves the conversation of a reply that the server has stored, as long as nobody has said anything after it. The
 * caller gets problems that pass, to try both again: the reply is stored once. A refusal is told to the agent.
 */
export async function resolveSent(api: ApiClient, client: QueryClient, { message }: Accepted, signal: AbortSignal): Promise<void> {
  try {
    const answer = await bodyOf(
      api.PUT('/api/live-chat/conversations/{conversation_id}/status', {
        params: { path: { conversation_id: message.conversation_id } },
        body: { status: 'resolved', expected: { last_message_id: message.id } },
        signal,
      }),
    );
    const conversation = showHandled(client, answer);
    notify(h.sentAndResolved(customerName(conversation)), 'done', { name: h.undo, run: () => void undo(api, client, answer.operation_id) });
    tellResolved(conversation.id);
  } catch (error) {
    if (!(error instanceof ApiProblem && error.isRefusal)) throw error;
    const now = showAsItIs(client, error);
    notify(now === null ? h.sentNotResolved(error.message) : h.saidAfterwards(customerName(now)), 'trouble');
  }
}

/** Tells the agent that a reply waits for them: something was said that they had not seen when they sent it. */
export function tellHeldBack(client: QueryClient, error: ApiProblem): void {
  showAsItIs(client, error);
  notify(h.heldBack, 'trouble');
}
