// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem } from './api';
import { lineLives } from './line';
import { Outbox } from './outbox';
import { type OutboxEntry, unsentOf } from './outbox-entry';
import { followSigns } from './signs-of-life';
import { Store } from './storage';

const PREFIX = 'livechat.outbox.u1.';

function written(id: string, conversationId = 'c1', createdAt = `2026-11-22T10:00:0${id}.000Z`) {
  return { clientMessageId: id, conversationId, phoneNumberId: '100', text: `text of ${id}`, replyTo: null, createdAt };
}

/** A server that answers when it is told to. */
class Server {
  readonly asked: string[] = [];
  private readonly open: { resolve: () => void; reject: (problem: Error) => void }[] = [];

  readonly send = ({ clientMessageId }: OutboxEntry): Promise<void> => {
    this.asked.push(clientMessageId);
    return new Promise((resolve, reject) => this.open.push({ resolve, reject }));
  };

  async accept(): Promise<void> {
    this.open.shift()?.resolve();
    await settle();
  }

  async refuse(problem: Error): Promise<void> {
    this.open.shift()?.reject(problem);
    await settle();
  }
}

const settle = () => vi.advanceTimersByTimeAsync(0);
const problem = (status: number, code: string | undefined = 'x', headers = {}) =>
  new ApiProblem(code === '' ? {} : { code, detail: 'A reason.' }, status, new Headers(headers));
const away = () => problem(0, 'network');

/** The locks of a browser, as far as they are used: one at a time for each name. */
function newLocks() {
  const tails = new Map<string, Promise<void>>();
  return (name: string, run: () => Promise<void>): Promise<void> => {
    const turn = (tails.get(name) ?? Promise.resolve()).then(run);
    tails.set(name, turn.catch(() => undefined));
    return turn;
  };
}

let server: Server;
const tabs: Outbox[] = [];
const atOnce = (_name: string, run: () => Promise<void>) => run();

function newTab({ storage = new Store(() => localStorage), alone = atOnce, send = server.send } = {}): Outbox {
  const outbox = new Outbox(send, { storage, prefix: PREFIX, alone });
  tabs.push(outbox);
  outbox.start();
  return outbox;
}
const close = (tab: Outbox) => tab.stop();
const states = (outbox: Outbox) => outbox.snapshot().map((item) => item.state);
const asksToStay = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
/** What the browser tells the other tabs. */
const tellTabs = (key: string, newValue: string | null) =>
  window.dispatchEvent(new StorageEvent('storage', { key, newValue }));

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  server = new Server();
});

afterEach(() => {
  tabs.splice(0).forEach(close);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('replies', () => {
  it('leave one at a time in a conversation, in the order of writing', async () => {
    const outbox = newTab();
    outbox.add(written('1'));
    outbox.add(written('2'));
    outbox.add(written('3', 'c2'));
    expect(server.asked).toEqual(['1', '3']);
    await server.accept();
    expect(server.asked).toEqual(['1', '3', '2']);
  });

  it('are on screen at once, and gone when the server has them', async () => {
    const outbox = newTab();
    const told = vi.fn<() => void>();
    outbox.subscribe(told);
    outbox.add(written('1'));
    expect(states(outbox)).toEqual(['sending']);
    await server.accept();
    expect(outbox.snapshot()).toEqual([]);
    expect(new Store(() => localStorage).keys(`${PREFIX}1`)).toEqual([]);
    expect(told).toHaveBeenCalled();
  });

  it('survive a reload, under the same key', async () => {
    close(newTab());
    const before = newTab();
    before.add(written('1'));
    await server.refuse(away());
    close(before);
    server = new Server();
    const reloaded = newTab();
    expect(unsentOf(reloaded.snapshot())).toHaveLength(1);
    expect(server.asked).toEqual(['1']);
    await server.accept();
    expect(newTab().snapshot()).toEqual([]);
  });

  it('keep over a reload that their link is to have no preview', async () => {
    const first = newTab();
    first.add({ ...written('1'), noPreview: true });
    first.add(written('2'));
    close(first);
    expect(newTab().snapshot().map(({ noPreview }) => noPreview ?? false)).toEqual([true, false]);
  });

  it('keep their order where the clock stands still or is put back', async () => {
    const outbox = newTab();
    outbox.add(written('1', 'c1', '2026-11-22T10:00:05.000Z'));
    outbox.add(written('2', 'c1', '2026-11-22T10:00:05.000Z'));
    outbox.add(written('3', 'c1', '2026-11-22T09:00:00.000Z'));
    close(outbox);
    expect(newTab().snapshot().map((item) => item.clientMessageId)).toEqual(['1', '2', '3']);
  });

  it('go on past one that was refused for good, which waits for the agent', async () => {
    const outbox = newTab();
    outbox.add(written('1'));
    outbox.add(written('2'));
    await server.refuse(problem(409, 'service_window_closed'));
    expect(outbox.snapshot()[0]).toMatchObject({ state: 'refused', code: 'service_window_closed', detail: 'A reason.' });
    expect(server.asked).toEqual(['1', '2']);
    await server.accept();
    outbox.wake();
    await settle();
    expect(server.asked).toEqual(['1', '2']);
    outbox.retry('1');
    await server.accept();
    expect(outbox.snapshot()).toEqual([]);
  });

  it('can be thrown away, but not while they are being sent', async () => {
    const outbox = newTab();
    outbox.add(written('1'));
    outbox.add(written('2'));
    outbox.discard('1');
    expect(outbox.snapshot()).toHaveLength(2);
    await server.refuse(away());
    outbox.discard('1');
    await settle();
    expect(server.asked).toEqual(['1', '2']);
  });

  it('are read with care: what another version has stored does no harm', () => {
    localStorage.setItem(`${PREFIX}9`, '{"text": 5}');
    localStorage.setItem(`${PREFIX}8`, 'not json');
    localStorage.setItem(`${PREFIX}7`, JSON.stringify({ ...written('7'), state: 'stopped', isRefused: false }));
    localStorage.setItem(`${PREFIX}6`, JSON.stringify({ ...written('6'), state: 'stopped', isRefused: true }));
    expect(newTab().snapshot().map((item) => [item.clientMessageId, item.state])).toEqual([
      ['6', 'refused'],
      ['7', 'sending'],
    ]);
  });
});

it('names as unsent what was tried in vain or refused, and what waits behind, but not what was just written', async () => {
  const outbox = newTab();
  const unsent = () => unsentOf(outbox.snapshot()).map((entry) => entry.clientMessageId);
  for (const [id, conversation] of Object.entries({ 1: 'c1', 2: 'c1', 3: 'c2', 4: 'c2' })) outbox.add(written(id, conversation));
  expect(unsent()).toEqual([]);
  await server.refuse(away());
  await server.refuse(problem(422));
  expect(unsent()).toEqual(['1', '2', '3']);
});

describe('a server that is away', () => {
  it('gets each reply by itself when it is back, however long it was gone, in order and once', async () => {
    const outbox = newTab();
    outbox.add(written('1'));
    outbox.add(written('2'));
    for (let minute = 0; minute < 60; minute++) {
      await server.refuse(away());
      await vi.advanceTimersByTimeAsync(30_000);
    }
    expect(new Set(server.asked)).toEqual(new Set(['1']));
    expect(outbox.snapshot().map((item) => item.code)).toEqual(['network', null]);
    const before = server.asked.length;
    await server.accept();
    await server.accept();
    expect(server.asked.slice(before)).toEqual(['2']);
    expect(outbox.snapshot()).toEqual([]);
  });

  it.each([
    ['a proxy’s page', problem(502, '')],
    ['a proxy’s page with a word of its own', problem(404, '')],
    ['a guest network’s page', problem(200, '')],
    ['a firewall', problem(403, '')],
    ['a fault of the server', problem(500, 'internal_error')],
    ['an outage', problem(503, 'unavailable', { 'Retry-After': '1' })],
    ['too many requests', problem(429, 'rate_limited')],
    ['a request that came too slowly', problem(408, 'request_timeout')],
    ['no session', problem(401, 'unauthorized')],
    ['no answer', away()],
    ['a fault of the page', new TypeError('x is undefined')],
  ])('waits behind %s and then goes', async (_, refusal) => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    vi.stubGlobal('reportError', () => undefined);
    const outbox = newTab();
    outbox.add(written('1'));
    outbox.add(written('2'));
    await server.refuse(refusal);
    expect(states(outbox)).toEqual(['waiting', 'waiting']);
    await vi.advanceTimersByTimeAsync(2000);
    await server.accept();
    await server.accept();
    expect(server.asked).toEqual(['1', '1', '2']);
    expect(outbox.snapshot()).toEqual([]);
  });

  it('is asked at once at any sign that it lives, but not before the time that it named itself', async () => {
    const outbox = newTab();
    outbox.add(written('1'));
    for (let failure = 0; failure < 6; failure++) {
      await server.refuse(away());
      outbox.wake();
      await settle();
    }
    expect(server.asked).toHaveLength(7);
    await server.refuse(problem(503, 'unavailable', { 'Retry-After': '5' }));
    outbox.wake();
    await vi.advanceTimersByTimeAsync(4900);
    expect(server.asked).toHaveLength(7);
    await vi.advanceTimersByTimeAsync(200);
    expect(server.asked).toHaveLength(8);
    await server.refuse(problem(503, 'unavailable', { 'Retry-After': '86400' }));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(server.asked).toHaveLength(9);
  });

  it.each([
    ['the stream opens, or an answer comes', lineLives],
    ['the browser finds its network', () => window.dispatchEvent(new Event('online'))],
    ['the agent comes back to the window', () => window.dispatchEvent(new Event('focus'))],
    ['the agent comes back to the tab', () => document.dispatchEvent(new Event('visibilitychange'))],
    ['the browser takes the page out of its cache', () => window.dispatchEvent(new Event('pageshow'))],
    ['the browser wakes a frozen tab', () => document.dispatchEvent(new Event('resume'))],
  ])('is asked at once when %s', async (_sign, tell) => {
    const outbox = newTab();
    const stop = followSigns(outbox);
    outbox.add(written('1'));
    for (let failure = 0; failure < 6; failure++) {
      await server.refuse(away());
      tell();
      await settle();
      expect(server.asked).toHaveLength(failure + 2);
    }
    stop();
    await server.refuse(away());
    tell();
    await settle();
    expect(server.asked).toHaveLength(7);
  });

  it('is asked at once, and by the new session, after a sign-in', async () => {
    const outbox = newTab();
    outbox.add(written('1'));
    await server.refuse(problem(401, 'unauthorized'));
    expect(outbox.snapshot()).toMatchObject([{ state: 'waiting', code: 'unauthorized' }]);
    const next = new Server();
    outbox.sendBy(next.send);
    await settle();
    expect(next.asked).toEqual(['1']);
    expect(server.asked).toEqual(['1']);
    await next.accept();
    expect(outbox.snapshot()).toEqual([]);
  });

  it('understands a time in place of seconds', () => {
    vi.setSystemTime(new Date('2026-11-22T10:00:00Z'));
    expect(problem(503, 'x', { 'Retry-After': 'Sun, 22 Nov 2026 10:00:07 GMT' }).retryAfterS).toBe(7);
    expect(problem(503, 'x', { 'Retry-After': 'soon' }).retryAfterS).toBeNull();
  });

  it('that never answers is asked again, also where nothing listens to the time-out', async () => {
    const outbox = newTab();
    outbox.add(written('1'));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(outbox.snapshot()[0]).toMatchObject({ state: 'waiting', code: 'timeout' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.asked).toEqual(['1', '1']);
  });

  it('is not waited for on a line that broke, when the network is back', async () => {
    const outbox = newTab();
    outbox.add(written('1'));
    await vi.advanceTimersByTimeAsync(5000);
    outbox.reconnect();
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.asked).toEqual(['1', '1']);
  });

  it('is asked nothing more once the page has signed out', async () => {
    const outbox = newTab();
    outbox.add(written('1'));
    close(outbox);
    await server.refuse(away());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.asked).toEqual(['1']);
  });
});

describe('a fault elsewhere', () => {
  it('in who listens stops nothing', async () => {
    vi.stubGlobal('reportError', () => undefined);
    const outbox = newTab();
    outbox.subscribe(() => {
      throw new Error('a fault of a component');
    });
    const others = vi.fn<() => void>();
    outbox.subscribe(others);
    outbox.add(written('1'));
    outbox.add(written('2'));
    await server.accept();
    await server.accept();
    expect(outbox.snapshot()).toEqual([]);
    expect(others).toHaveBeenCalled();
  });

  const forbidden = () => {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  };
  const full = (storage: Storage) => new Proxy(storage, { get: (target, name) => (name === 'setItem' ? forbidden : bound(target, name)) });
  const dead = (storage: Storage) =>
    new Proxy(storage, { get: (target, name) => (typeof Reflect.get(target, name) === 'function' ? forbidden : bound(target, name)) });
  const bound = (target: Storage, name: string | symbol) => {
    const value: unknown = Reflect.get(target, name);
    return typeof value === 'function' ? (value.bind(target) as unknown) : value;
  };

  it.each([
    ['is full', () => full(localStorage)],
    ['throws at every call', () => dead(localStorage)],
    ['throws when it is named', forbidden],
  ])('a storage that %s hinders no reply, and the page is not left unasked', async (_, open) => {
    const outbox = newTab({ storage: new Store(open) });
    expect(asksToStay()).toBe(false);
    outbox.add(written('1'));
    outbox.add(written('2'));
    expect(outbox.snapshot().map((item) => item.isKept)).toEqual([false, false]);
    expect(asksToStay()).toBe(true);
    await server.refuse(away());
    await vi.advanceTimersByTimeAsync(1000);
    await server.accept();
    await server.accept();
    expect(server.asked).toEqual(['1', '1', '2']);
    expect(outbox.snapshot()).toEqual([]);
    expect(asksToStay()).toBe(false);
  });
});

describe('tabs of one browser', () => {
  it('send each reply once, in the order of writing, whoever sends', async () => {
    const alone = newLocks();
    const [one, two] = [newTab({ alone }), newTab({ alone })];
    one.add(written('1'));
    tellTabs(`${PREFIX}1`, 'x');
    two.add(written('2'));
    tellTabs(`${PREFIX}2`, 'x');
    expect(two.snapshot()).toHaveLength(2);
    await settle();
    for (let turn = 0; turn < 4; turn++) await server.accept();
    expect(server.asked).toEqual(['1', '2']);
    expect([one, two].map((tab) => tab.snapshot().length)).toEqual([0, 0]);
  });

  it('take over what a tab has left that was closed', async () => {
    const alone = newLocks();
    const [one, two] = [newTab({ alone }), newTab({ alone })];
    one.add(written('1'));
    await settle();
    await server.refuse(away());
    tellTabs(`${PREFIX}1`, 'x');
    close(one);
    await settle();
    await server.accept();
    expect(server.asked).toEqual(['1', '1']);
    expect(two.snapshot()).toEqual([]);
  });

  it('do not send what was thrown away in another', async () => {
    const [one, two] = [newTab(), newTab()];
    one.add(written('1'));
    await server.refuse(away());
    tellTabs(`${PREFIX}1`, 'x');
    await server.refuse(away());
    one.discard('1');
    tellTabs(`${PREFIX}1`, null);
    expect(two.snapshot()).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.asked).toEqual(['1', '1']);
  });

  it('lose nothing where somebody empties the storage, and keep nothing after a sign-out', async () => {
    const outbox = newTab();
    outbox.add(written('1'));
    await server.refuse(away());
    localStorage.clear();
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.asked).toEqual(['1', '1']);
    expect(localStorage.getItem(`${PREFIX}1`)).not.toBeNull();
    await server.refuse(away());
    localStorage.clear();
    tellTabs(PREFIX, null);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([outbox.snapshot(), localStorage.length]).toEqual([[], 0]);
    expect(server.asked).toEqual(['1', '1']);
  });
});
