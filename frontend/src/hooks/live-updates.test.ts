import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiveEvent, ThreadData } from '../lib/apply-event';
import { InFlight } from '../lib/in-flight';
import { keys } from '../lib/keys';
import type { Message } from '../lib/types';
import { aMessage } from '../testing/samples';
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
