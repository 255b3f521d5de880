// @vitest-environment jsdom
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, expect, it, vi } from 'vitest';
import type { LiveEvent } from '../lib/apply-event';
import { keys } from '../lib/keys';
import { everything } from '../lib/list-filter';
import type { Conversation, PhoneNumber } from '../lib/types';
import { aConversation, aMessage } from '../testing/samples';
import { followStream } from './live-stream';

const aNumber = { phone_number_id: 'n1', unread_count: 1 } as PhoneNumber;

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
    hears: async (name: string, data: unknown) => {
      const before = heard.length;
      send(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
      await vi.waitFor(() => expect(heard).toHaveLength(before + 1));
    },
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
    await stream.hears('conversation.updated', { message: null, conversation: { ...conversation, ...shared } });
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

it('what is unread on the numbers is told, and asked of a server alone that does not tell it', async () => {
  const client = new QueryClient();
  client.setQueryData(keys.phoneNumbers(), [{ ...aNumber, unread_count: 1 }]);
  const stream = follow(client);
  await stream.isOpen();
  vi.useFakeTimers();
  const unread = () => client.getQueryData<PhoneNumber[]>(keys.phoneNumbers())?.map((one) => one.unread_count);
  const numbers = [{ phone_number_id: aNumber.phone_number_id, unread_count: 7 }, { phone_number_id: 'another', unread_count: 9 }];
  await stream.hears('message.created', { message: aMessage({ id: 'm1' }), conversation: aConversation({ id: 'c1' }) });
  await stream.hears('counts.updated', { workspace_id: 'w1', numbers });
  expect(unread()).toEqual([7]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(stream.asksFor(keys.phoneNumbers())).toBe(0);
  await stream.hears('counts.updated', { workspace_id: 'w1' });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(stream.asksFor(keys.phoneNumbers())).toBe(1);
  stream.stop();
});

it('the numbers on the tabs are asked for where they can have changed', async () => {
  const client = new QueryClient();
  const answers = vi.fn<() => Promise<object>>(async () => ({}));
  const observer = new QueryObserver(client, { queryKey: keys.counts(null), queryFn: answers, staleTime: Number.POSITIVE_INFINITY });
  const leave = observer.subscribe(() => undefined);
  const mine = aConversation({ id: 'c1', assignee: { user_id: 'u1', name: 'Ada' }, counted_total: 4, read_total: 4, my_unread_count: 0 });
  client.setQueryData(keys.conversation('c1'), mine);
  const stream = follow(client);
  await stream.isOpen();
  vi.useFakeTimers();
  const told = async () => {
    await stream.hears('counts.updated', { workspace_id: 'w1', numbers: [] });
    await vi.advanceTimersByTimeAsync(10_000);
    return answers.mock.calls.length;
  };
  const writes = (counted_total: number, more: Partial<Conversation> = {}) => {
    const conversation = { ...mine, counted_total, unread_count: 1, my_unread_count: null, read_total: null, ...more };
    return stream.hears('message.created', { message: aMessage({ id: `m${counted_total}` }), conversation });
  };
  const reads = (total: number) => stream.hears('read.updated', { conversation_id: 'c1', my_unread_count: 0, counted_total: total, read_total: total });
  await vi.advanceTimersByTimeAsync(10_000);
  const before = answers.mock.calls.length;
  // Of a conversation that nothing was told of before it is not known what it counted for.
  await writes(5);
  await reads(5);
  expect(await told()).toBe(before + 1);
  // It is read at once: that changes nothing, and nor does what is told without anything having happened.
  for (const total of [6, 7]) {
    await writes(total);
    await reads(total);
    expect(await told()).toBe(before + 1);
  }
  // It is read a moment after the server has said that counts may have changed.
  await writes(7.5);
  await stream.hears('counts.updated', { workspace_id: 'w1', numbers: [] });
  await reads(7.5);
  expect(await told()).toBe(before + 1);
  await writes(8);
  expect(await told()).toBe(before + 2);
  expect(await told()).toBe(before + 2);
  await reads(8);
  expect(await told()).toBe(before + 3);
  await writes(8, { assignee: null, version: mine.version + 1 });
  expect(await told()).toBe(before + 4);
  // What is told without anything having changed takes nobody's turn.
  const tells = () => stream.hears('counts.updated', { workspace_id: 'w1', numbers: [] });
  await tells();
  await vi.advanceTimersByTimeAsync(300);
  await stream.hears('conversation.removed', { id: 'c1' });
  await tells();
  await vi.advanceTimersByTimeAsync(300);
  expect(answers).toHaveBeenCalledTimes(before + 5);
  leave();
  stream.stop();
});
