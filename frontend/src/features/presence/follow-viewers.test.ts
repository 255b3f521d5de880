import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ApiClient } from '../../lib/api';
import { tellHearers } from '../../lib/event-hub';
import { lineLives } from '../../lib/line';
import { colleaguesAt, type Viewer } from '../../lib/viewers';
import { followViewers } from './follow-viewers';

const someone = (user_id: string): Viewer => ({ user_id, name: user_id, typing: false });
const [ada, ben, chika] = ['ada', 'ben', 'chika'].map(someone) as [Viewer, Viewer, Viewer];
let now: Record<string, Viewer[]>;
/** Called when the server is asked, before it answers. */
let onAsked: () => void;
let isAway = false;
const GET = async () => {
  const viewers = Object.entries(now).map(([conversation_id, all]) => ({ conversation_id, viewers: all }));
  onAsked();
  if (isAway) throw new Error('away');
  return { data: { viewers }, response: new Response('{}') };
};
const told = (id: string, viewers: Viewer[]) =>
  tellHearers({ type: 'viewers.updated', message: null, conversation: null, data: { conversation_id: id, viewers } });
const pass = () => vi.advanceTimersByTimeAsync(600);
const shown = () => ['c1', 'c2', 'c3'].map((id) => colleaguesAt(id).map((one) => one.name).join());
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  now = { c1: [ada, ben], c2: [chika], c3: [ada] };
  onAsked = () => undefined;
  isAway = false;
  stop = followViewers({ api: { GET } as unknown as ApiClient, userId: 'ada', workspaceIds: ['w1'] });
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

it('who connects learns who is where, and events say how it changes; nobody is their own colleague', async () => {
  await pass();
  expect(shown()).toEqual(['ben', 'chika', '']);
  told('c1', [ada, ben, chika]);
  told('c2', []);
  told('c3', [ada, chika]);
  expect(shown()).toEqual(['ben,chika', '', 'chika']);
});

it('what was missed is made good at the next connection, and what is told meanwhile stands', async () => {
  await pass();
  now = { c3: [ben] };
  onAsked = () => told('c2', [ben]);
  lineLives();
  await pass();
  expect(shown()).toEqual(['', 'ben', 'ben']);
});

it('a question that fails takes nothing away', async () => {
  await pass();
  isAway = true;
  lineLives();
  await pass();
  expect(shown()).toEqual(['ben', 'chika', '']);
  isAway = false;
  now = {};
  lineLives();
  await pass();
  expect(shown()).toEqual(['', '', '']);
});

it('nothing is kept of what is left', async () => {
  await pass();
  stop();
  expect(shown()).toEqual(['', '', '']);
});
