import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiProblem, newApiClient } from '../../lib/api';
import type { Conversation, HandledConversation, Message } from '../../lib/types';
import { aConversation, aMessage } from '../../testing/samples';
import { besideOwnWords } from './own-words';

const tokens = { getToken: async () => 'token', refreshToken: async () => 'token' };
let since: Message[] = [];
const asked: (string | null)[] = [];
const network = setupServer(
  http.get('*/api/live-chat/messages', ({ request }) => {
    asked.push(new URL(request.url).searchParams.get('after'));
    return HttpResponse.json({ messages: since, total: 9, limit: 20, offset: 0, first_unread_id: null, last_unread_id: null });
  }),
);
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => network.close());

const seen = aConversation({ last_message: aMessage({ id: 'm1' }), counted_total: 4 });
const own = aMessage({ id: 'm2', direction: 'outbound', client_message_id: 'k1' });
const bens = aMessage({ id: 'm3', direction: 'outbound', client_message_id: 'of Ben' });

/** What was put as the last message that was seen, one by one, and whether it went through. */
async function resolves(now: Conversation, keys: string[]): Promise<[(string | null)[], boolean]> {
  const given: (string | null)[] = [];
  const put = async (id: string | null) => {
    given.push(id);
    if (id === now.last_message?.id) return { ...now, operation_id: 'o1' } as HandledConversation;
    throw new ApiProblem({ code: 'conversation_changed', conversation: now } as never, 409);
  };
  const done = await besideOwnWords(newApiClient(tokens, 'http://localhost'), seen, new Set(keys), put).catch(() => null);
  return [given, done !== null];
}

it('one’s own reply, of which there is no answer yet, buries nothing; everybody else’s word does', async () => {
  since = [own];
  const now: Conversation = { ...seen, last_message: own };
  expect(await resolves(now, ['k1'])).toEqual([['m1', 'm2'], true]);
  // Of one that the page has heard of it knows already; so it is not asked for.
  expect(await resolves(now, [])).toEqual([['m1'], false]);
  expect(asked).toEqual(['m1']);
  // A colleague’s answer before it; and what the customer wrote, which may stand before all by its time.
  since = [bens, own];
  expect(await resolves(now, ['k1'])).toEqual([['m1'], false]);
  since = [own];
  expect(await resolves({ ...now, counted_total: 5 }, ['k1'])).toEqual([['m1'], false]);
  expect(await resolves(seen, ['k1'])).toEqual([['m1'], true]);
});
