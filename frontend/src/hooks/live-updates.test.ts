import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiveEvent, ThreadData } from '../lib/apply-event';
import { InFlight } from '../lib/in-flight';
import { keys } from '../lib/keys';
import type { Message } from '../lib/types';
import { everything } from '../lib/list-filter';
import { isOutOfSight } from '../lib/out-of-sight';
import { aConversation, aMember, aMessage, aNotification } from '../testing/samples';
import { applyToCache } from './live-updates';

const thread = (...messages: Message[]): ThreadData => ({
  pages: [{ messages, total: messages.length, limit: 50, offset: 0, first_unread_id: null, last_unread_id: null }],
  pageParams: [null],
});
const created = (message: Message): LiveEvent => ({ type: 'message.created', message, conversation: null });

/** A server that answers when it is told to. */
class Answers {
  readonly waiting: ((data: ThreadData | Error) => void)[] = [];

  ask = (): Promise<ThreadData> =>
    new Promise((resolve, reject) => {
      this.waiting.push((data) => (data instanceof Error ? reject(data) : resolve(data)));
    });

  async answer(data: ThreadData | Error): Promise<void> {
    this.waiting.shift()?.(data);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

describe('an answer that was written before what is told', () => {
  const first = aMessage({ id: 'm1', timestamp: '2026-11-22T10:01:00.000000Z' });
  const second = aMessage({ id: 'm2', timestamp: '2026-11-22T10:02:00.000000Z' });
  const edited = { ...second, text: 'As it is now' };
  let client: QueryClient;
  let inFlight: InFlight;
  let answers: Answers;
  const tell = (event: LiveEvent) => {
    inFlight.tell(event);
    applyToCache(client, event);
  };
  const fetch = () =>
    client.fetchQuery({ queryKey: keys.thread('c1'), queryFn: answers.ask, retry: false }).catch(() => undefined);
  const shown = () =>
    client.getQueryData<ThreadData>(keys.thread('c1'))?.pages.flatMap((page) => page.messages.map(({ text, id }) => [id, text]));

  beforeEach(() => {
    client = new QueryClient();
    answers = new Answers();
    inFlight = new InFlight(client, {
      repeat: (query, event) => applyToCache(client, event, query),
      reload: () => void fetch(),
    });
  });
  afterEach(() => {
    inFlight.stop();
    client.clear();
  });

  it('does not hide it from the first look', async () => {
    void fetch();
    tell(created(second));
    await answers.answer(thread(first));
    expect(shown()?.map(([id]) => id)).toEqual(['m1', 'm2']);
  });

  it('does not take it back on a later look', async () => {
    client.setQueryData(keys.thread('c1'), thread(first));
    void fetch();
    tell(created(second));
    tell({ type: 'message.updated', message: edited, conversation: null });
    expect(shown()?.at(-1)).toEqual(['m2', 'As it is now']);
    await answers.answer(thread(first));
    expect(shown()?.at(-1)).toEqual(['m2', 'As it is now']);
  });

  it('is put right by what was told since it was asked for, and by nothing older', async () => {
    void client.fetchQuery({ queryKey: keys.thread('c2'), queryFn: answers.ask });
    tell(created({ ...second, text: 'Before it was asked for' }));
    void client.fetchQuery({ queryKey: keys.thread('c1'), queryFn: answers.ask });
    await answers.answer(thread());
    await answers.answer(thread(first, edited));
    expect(shown()).toEqual([['m1', first.text], ['m2', 'As it is now']]);
  });

  it('is asked for once more where it is the first one and nobody knows what was missed', async () => {
    void fetch();
    inFlight.gap();
    await answers.answer(thread(first));
    expect(answers.waiting).toHaveLength(1);
    await answers.answer(thread(first, second));
    expect(shown()?.map(([id]) => id)).toEqual(['m1', 'm2']);
    expect(answers.waiting).toHaveLength(0);
  });

  it('leaves nothing behind when it fails', async () => {
    void fetch();
    tell(created(second));
    inFlight.gap();
    await answers.answer(new Error('no'));
    void fetch();
    await answers.answer(thread(first));
    expect(shown()?.map(([id]) => id)).toEqual(['m1']);
    expect(answers.waiting).toHaveLength(0);
  });
});

describe('a conversation that goes out of sight', () => {
  const message = aMessage({ id: 'm1' });
  const known = aConversation({ last_message: message });
  const removed: LiveEvent = { type: 'conversation.removed', message: null, conversation: null, data: { id: 'c1' } };
  const filter = everything('u1', '100');
  let client: QueryClient;
  beforeEach(() => {
    client = new QueryClient();
    client.setQueryData(keys.conversation('c1'), known);
    client.setQueryData(keys.conversationList(filter), { pages: [{ conversations: [known], next_cursor: null }], pageParams: [null] });
    client.setQueryData(keys.thread('c1'), thread(message));
    client.setQueryData(keys.threadAround('c1', 'm1'), thread(message));
    client.setQueryData(keys.message('m1'), message);
    client.setQueryData(['shared', 'c1', 'files'], { pages: [] });
  });
  afterEach(() => client.clear());

  it('is forgotten with all that was loaded of it', () => {
    applyToCache(client, removed);
    const left = client.getQueryCache().getAll().filter((query) => JSON.stringify(query.state.data ?? null).includes('c1'));
    expect(left.map((query) => query.queryKey)).toEqual([]);
    expect(isOutOfSight('c1')).toBe(true);
  });

  it('is there again once it is told of again', () => {
    applyToCache(client, removed);
    applyToCache(client, { type: 'conversation.updated', message: null, conversation: known });
    expect(isOutOfSight('c1')).toBe(false);
    expect(JSON.stringify(client.getQueryData(keys.conversationList(filter)))).toContain('c1');
  });

  it('is forgotten also where an answer from before comes after it', async () => {
    const answers = new Answers();
    const inFlight = new InFlight(client, { repeat: (query, event) => applyToCache(client, event, query), reload: () => undefined });
    const asked = client.fetchQuery({ queryKey: keys.thread('c1'), queryFn: answers.ask, staleTime: 0 });
    inFlight.tell(removed);
    await answers.answer(thread(message));
    await asked;
    expect(client.getQueryData(keys.thread('c1'))).toBeUndefined();
    inFlight.stop();
  });
});

it('names that have changed are asked for again, with what shows them, and no messages', () => {
  const client = new QueryClient();
  const all = [keys.members('w1'), keys.conversation('c1'), keys.thread('c1')];
  for (const queryKey of all) client.setQueryData(queryKey, {});
  applyToCache(client, { type: 'members.updated', message: null, conversation: null, data: { workspace_id: 'w1' } });
  expect(all.map((queryKey) => client.getQueryState(queryKey)?.isInvalidated)).toEqual([true, true, false]);
});

const told = (type: LiveEvent['type'], data: Record<string, unknown>): LiveEvent => ({ type, message: null, conversation: null, data });

it('what the agent is told of and who is there come into the cache by the stream; other workspaces stay as they are', () => {
  const client = new QueryClient();
  client.setQueryData(keys.notifications(), []);
  client.setQueryData(keys.members('w1'), [aMember()]);
  client.setQueryData(keys.members('w2'), [aMember()]);
  applyToCache(client, told('notification.created', { notification: aNotification() }));
  applyToCache(client, told('presence.updated', { workspace_id: 'w1', members: [{ user_id: 'ben', availability: 'away' }] }));
  expect(client.getQueryData(keys.notifications())).toEqual([aNotification()]);
  expect(client.getQueryData(keys.members('w1'))).toEqual([aMember({ availability: 'away' })]);
  expect(client.getQueryData(keys.members('w2'))).toEqual([aMember()]);
});
