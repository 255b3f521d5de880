// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ApiClient } from '../../lib/api';
import { tellHearers } from '../../lib/event-hub';
import { setLeading } from '../../lib/leading';
import { lineLives } from '../../lib/line';
import { colleaguesAt, replaceColleagues, type Viewer } from '../../lib/viewers';
import { noteWriting } from '../../lib/writing';
import { type Presence, startPresence, TYPING_MS } from './start-presence';
import { IDLE_MS, type Word } from './word';

const ben: Viewer = { user_id: 'ben', name: 'Ben', typing: false };
const self: Viewer = { user_id: 'u1', name: 'Ada', typing: false };
let said: Word[];
let viewers: Viewer[];
/** What the server answers instead: a status, with the code of its refusal. */
let refusal: ((word: Word) => [number, string] | null) | null;
/** The server answers once this has come. */
let hold: Promise<void>;
let presence: Presence;
const onSignedOut = vi.fn<() => void>();
const POST = async (_path: string, { body, keepalive }: { body: Word; keepalive?: boolean }) => {
  said.push(keepalive ? { ...body, keepalive } as Word : body);
  const there = viewers;
  await hold;
  const refused = refusal?.(body);
  return refused
    ? { error: { code: refused[1] }, response: new Response(null, { status: refused[0] }) }
    : { data: { viewers: there }, response: new Response('{}') };
};
const begin = () => startPresence({ api: { POST } as unknown as ApiClient, userId: 'u1', onSignedOut });
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const see = (state: DocumentVisibilityState) => {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange'));
};
const told = (id: string, all: Viewer[]) =>
  tellHearers({ type: 'viewers.updated', message: null, conversation: null, data: { conversation_id: id, viewers: all } });

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-29T10:00:00Z') });
  said = [];
  viewers = [];
  hold = Promise.resolve();
  refusal = null;
  onSignedOut.mockClear();
  setLeading(true);
  presence = begin();
});
afterEach(() => {
  presence.stop();
  setLeading(false);
  replaceColleagues(new Map(), new Set());
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('tells what is open, and nothing of it while nobody can see it', async () => {
  presence.view('c1');
  await pass(1500);
  see('hidden');
  await pass(1500);
  see('visible');
  await pass(1500);
  presence.view(null);
  await pass(1500);
  expect(said.map((word) => [word.state, word.viewing])).toEqual([
    ['active', null],
    ['active', 'c1'],
    ['active', null],
    ['active', 'c1'],
    ['active', null],
  ]);
});

it('tells once that a reply is written, until that pauses or it is sent', async () => {
  presence.view('c1');
  await pass(1500);
  for (let stroke = 0; stroke < 20; stroke++) {
    noteWriting('c1', true);
    // oxlint-disable-next-line no-await-in-loop
    await pass(300);
  }
  await pass(TYPING_MS + 10);
  noteWriting('c1', true);
  await pass(1500);
  noteWriting('c1', false);
  await pass(1500);
  expect(said.slice(2).map((word) => word.typing)).toEqual([true, false, true, false]);
});

it('is idle after five minutes without a touch, and active at the next', async () => {
  await pass(IDLE_MS + 30_000);
  expect(said.at(-1)?.state).toBe('idle');
  // The tab has just reported: that it is touched is told all the same.
  await pass(11_000);
  window.dispatchEvent(new Event('pointermove'));
  await pass(0);
  expect(said.at(-1)?.state).toBe('active');
});

it('the tab that does not lead says nothing to the server until it does', async () => {
  presence.stop();
  setLeading(false);
  said = [];
  presence = begin();
  await pass(60_000);
  expect(said).toEqual([]);
  setLeading(true);
  await pass(0);
  expect(said).toHaveLength(1);
});

it('keeps who else is there by what the server answers, without the agent', async () => {
  viewers = [self, ben];
  presence.view('c1');
  await pass(1500);
  expect(colleaguesAt('c1')).toEqual([ben]);
  // What was told while the line was away is not told again: it is said again, and the answer tells.
  viewers = [self];
  lineLives();
  await pass(1500);
  expect(colleaguesAt('c1')).toEqual([]);
});

it('an answer takes nothing back that was told while it was on its way', async () => {
  presence.view('c1');
  await pass(2500);
  viewers = [ben];
  let answer: () => void = () => undefined;
  hold = new Promise<void>((resolve) => (answer = resolve));
  lineLives();
  await pass(0);
  told('c1', []);
  answer();
  await pass(0);
  expect(said).toHaveLength(3);
  expect(colleaguesAt('c1')).toEqual([]);
});

it('who may no longer see what is open is there all the same', async () => {
  refusal = (word) => (word.viewing === null ? null : [404, 'not_found']);
  presence.view('c1');
  await pass(1500);
  expect(said.slice(1)).toEqual([
    { state: 'active', viewing: 'c1', typing: false },
    { state: 'active', viewing: null, typing: false },
  ]);
});

it('a session that has ended asks for a sign-in; any other trouble is silent, and tried again', async () => {
  refusal = () => [503, 'unavailable'];
  presence.view('c1');
  await pass(12_000);
  expect(onSignedOut).not.toHaveBeenCalled();
  expect(said.length).toBeGreaterThan(2);
  refusal = () => [401, 'unauthorized'];
  await pass(6000);
  expect(onSignedOut).toHaveBeenCalled();
});

it('whoever closes the page looks at nothing any more, by a word that outlives the page', async () => {
  presence.view('c1');
  await pass(1500);
  window.dispatchEvent(new Event('pagehide'));
  expect(said.at(-1)).toEqual({ state: 'active', viewing: null, typing: false, keepalive: true });
});
