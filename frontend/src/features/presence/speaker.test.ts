import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BEAT_MS, NotSaid, Speaker } from './speaker';
import type { Word } from './word';

let word: Word;
let said: (Word & { at: number })[];
let trouble: Error | null;
let speaker: Speaker;
const started = Date.parse('2026-11-29T10:00:00Z');

beforeEach(() => {
  vi.useFakeTimers({ now: started });
  word = { state: 'active', viewing: null, typing: false };
  said = [];
  trouble = null;
  speaker = new Speaker({
    word: () => word,
    post: async (one) => {
      said.push({ ...one, at: Date.now() - started });
      if (trouble) throw trouble;
    },
  });
});
afterEach(() => {
  speaker.stop();
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const times = () => said.map(({ at }) => at);

it('tells at once, and again every 30 s while nothing changes', async () => {
  speaker.look();
  await pass(2 * BEAT_MS + 1);
  expect(times()).toEqual([0, BEAT_MS, 2 * BEAT_MS]);
});

it('tells a change at once, and of many within a second the last', async () => {
  speaker.look();
  await pass(5000);
  for (const viewing of ['c1', 'c2', 'c3', 'c4']) {
    word = { ...word, viewing };
    speaker.look();
    // Looking again changes nothing.
    speaker.look();
    await pass(200);
  }
  await pass(2000);
  expect(said.map(({ viewing, at }) => [viewing, at])).toEqual([
    [null, 0],
    ['c1', 5000],
    ['c4', 6000],
  ]);
});

it('says nothing of a failure, tries again, and heeds how long the server wants to be left alone', async () => {
  trouble = new NotSaid(0);
  speaker.look();
  await pass(5001);
  trouble = new NotSaid(20_000);
  await pass(5000);
  trouble = null;
  await pass(20_000);
  expect(times()).toEqual([0, 5000, 10_000, 30_000]);
  expect(speaker.last).toEqual(word);
});

it('a look is a beat, for the timers of a hidden tab hardly run', async () => {
  speaker.look();
  await pass(0);
  vi.clearAllTimers();
  vi.setSystemTime(started + BEAT_MS - 1);
  speaker.look();
  await pass(0);
  vi.clearAllTimers();
  expect(times()).toEqual([0]);
  vi.setSystemTime(started + BEAT_MS);
  speaker.look();
  await pass(0);
  expect(times()).toEqual([0, BEAT_MS]);
});

it('repeats what has not changed where it is asked to, and nothing once it is stopped', async () => {
  speaker.look();
  await pass(2000);
  speaker.repeat();
  await pass(0);
  expect(times()).toEqual([0, 2000]);
  speaker.stop();
  speaker.repeat();
  await pass(2 * BEAT_MS);
  expect(times()).toEqual([0, 2000]);
});
