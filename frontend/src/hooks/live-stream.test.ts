// @vitest-environment jsdom
import { QueryClient } from '@tanstack/react-query';
import { afterEach, expect, it, vi } from 'vitest';
import type { LiveEvent } from '../lib/apply-event';
import { keys } from '../lib/keys';
import { everything } from '../lib/list-filter';
import type { Conversation } from '../lib/types';
import { aConversation } from '../testing/samples';
import { followStream } from './live-stream';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A stream that is open, and what is asked for again by it. */
function follow(client: QueryClient) {
  let send: (line: string) => void = () => undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (out) => {
      send = (line) => out.enqueue(new TextEncoder().encode(line));
    },
  });
  vi.stubGlobal('fetch', async () => new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }));
  const asked = vi.spyOn(client, 'invalidateQueries');
  const heard: string[] = [];
  const stop = followStream(client, {
    tokens: { getToken: async () => 'token', refreshToken: async () => 'token' },
    userId: 'u1',
    onSignedOut: () => undefined,
    onEvent: (event: LiveEvent) => heard.push(event.type),
    onStatus: () => undefined,
  });
  return {
    heard,
    stop,
    isOpen: () => vi.waitFor(() => expect(asked).toHaveBeenCalled()),
    tell: (name: string, data: unknown) => send(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`),
    asksFor: (key: readonly unknown[]) =>
      asked.mock.calls.filter(([filter]) => JSON.stringify(filter?.queryKey) === JSON.stringify(key)).length,
  };
}

it('what the agent has read of a conversation that comes by an event is asked for, and once', async () => {
  const client = new QueryClient();
  const filter = everything('u1', null);
  const known = aConversation({ id: 'known', counted_total: 3, read_total: 1 });
  const list = (...conversations: Conversation[]) => ({ pages: [{ conversations, next_cursor: null }], pageParams: [null] });
  client.setQueryData(keys.conversationList(filter), list(known));
  const stream = follow(client);
  await stream.isOpen();
  vi.useFakeTimers();
  const shared = { my_unread_count: null, read_total: null };
  const tell = async (conversation: Conversation) => {
    const before = stream.heard.length;
    stream.tell('conversation.updated', { message: null, conversation: { ...conversation, ...shared } });
    await vi.waitFor(() => expect(stream.heard).toHaveLength(before + 1));
    await vi.advanceTimersByTimeAsync(10_000);
  };
  await tell({ ...known, counted_total: 4 });
  expect(stream.asksFor(keys.conversations())).toBe(0);
  const came = aConversation({ id: 'came', counted_total: 5 });
  await tell(came);
  expect(stream.asksFor(keys.conversations())).toBe(1);
  client.setQueryData(keys.conversationList(filter), list({ ...came, read_total: 2 }, known));
  await tell({ ...came, counted_total: 6 });
  expect(stream.asksFor(keys.conversations())).toBe(1);
  stream.stop();
});

it('who is there and where they look changes no number’s count, and nothing is asked for it', async () => {
  const stream = follow(new QueryClient());
  await stream.isOpen();
  vi.useFakeTimers();
  for (const name of ['viewers.updated', 'presence.updated']) stream.tell(name, {});
  await vi.waitFor(() => expect(stream.heard).toHaveLength(2));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(stream.asksFor(keys.phoneNumbers())).toBe(0);
  stream.tell('read.updated', {});
  await vi.waitFor(() => expect(stream.heard).toHaveLength(3));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(stream.asksFor(keys.phoneNumbers())).toBe(1);
  stream.stop();
});
