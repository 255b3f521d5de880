import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { atMostEvery } from './at-most-every';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what is asked for all the time is done once an interval, and not put off', () => {
  const act = vi.fn<() => void>();
  const paced = atMostEvery(500, act);
  for (let at = 0; at < 2000; at += 100) {
    paced.ask();
    vi.advanceTimersByTime(100);
  }
  expect(act).toHaveBeenCalledTimes(4);
});

test('a single wish is met after one interval, and none after a stop', () => {
  const act = vi.fn<() => void>();
  const paced = atMostEvery(500, act);
  paced.ask();
  vi.advanceTimersByTime(499);
  expect(act).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(act).toHaveBeenCalledOnce();
  paced.ask();
  paced.stop();
  vi.advanceTimersByTime(1000);
  expect(act).toHaveBeenCalledOnce();
});

test('after a pause a wish is met at once, and the next ones wait for the interval', () => {
  const act = vi.fn<() => void>();
  const paced = atMostEvery(5000, act, 100);
  for (let at = 0; at < 11_000; at += 100) {
    paced.ask();
    vi.advanceTimersByTime(100);
  }
  expect(act).toHaveBeenCalledTimes(3);
  vi.advanceTimersByTime(10_000);
  act.mockClear();
  paced.ask();
  vi.advanceTimersByTime(100);
  expect(act).toHaveBeenCalledOnce();
});
