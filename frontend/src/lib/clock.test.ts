// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clock } from './clock';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('is one for all, and ticks exactly when somebody has asked for it', () => {
  vi.setSystemTime('2026-11-22T10:00:00Z');
  const heard: string[] = [];
  const stop = clock.subscribe(() => heard.push(clock.now().toISOString()));
  const stopOther = clock.subscribe(() => undefined);
  heard.length = 0;
  const cancelled = clock.tickAt('2026-11-22T10:00:02Z');
  cancelled();
  clock.tickAt('2026-11-22T10:00:03.500Z');
  vi.advanceTimersByTime(3600);
  expect(heard).toEqual(['2026-11-22T10:00:03.501Z']);
  for (const time of [null, 'nonsense', '2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z']) clock.tickAt(time);
  vi.advanceTimersByTime(1000);
  expect(heard).toHaveLength(1);
  stopOther();
  document.dispatchEvent(new Event('visibilitychange'));
  expect(heard).toHaveLength(2);
  stop();
  vi.advanceTimersByTime(60_000);
  expect(heard).toHaveLength(2);
});
