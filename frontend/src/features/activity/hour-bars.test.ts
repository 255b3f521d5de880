import { expect, it } from 'vitest';
import { barsOf } from './hour-bars';

const hours = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ hour: new Date(2026, 10, 1, index).toISOString() }));

it('shows hours one by one while they can be told apart', () => {
  expect(barsOf(hours(25))).toHaveLength(25);
});

it('shows days where there are too many hours, and leaves none out', () => {
  const bars = barsOf(hours(24 * 7));
  expect(bars).toHaveLength(7);
  expect(bars.flatMap((bar) => bar.hours)).toHaveLength(24 * 7);
  expect(bars.every((bar) => bar.isDay)).toBe(true);
});
