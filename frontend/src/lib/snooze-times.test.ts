import { expect, it } from 'vitest';
import { instantOf, readField, snoozeTimes, writeField } from './snooze-times';

const times = (now: string, zone: string, windowEnds: string | null = null) =>
  Object.fromEntries(snoozeTimes(new Date(now), zone, windowEnds).map(({ kind, until }) => [kind, until.toISOString().slice(0, 16)]));

it('knows this evening, tomorrow and Monday by the agent’s own clock', () => {
  // A Wednesday, 15:30 in Kolkata.
  expect(times('2026-11-25T10:00:00Z', 'Asia/Kolkata')).toEqual({
    hour: '2026-11-25T11:00',
    evening: '2026-11-25T12:30',
    tomorrow: '2026-11-26T03:30',
    monday: '2026-11-30T03:30',
  });
});

it('leaves out an evening that is over, and a Monday that is tomorrow', () => {
  expect(Object.keys(times('2026-11-29T19:00:00Z', 'UTC'))).toEqual(['hour', 'tomorrow']);
  // On a Monday the next one is a week away.
  expect(times('2026-11-30T08:00:00Z', 'UTC').monday).toBe('2026-12-07T09:00');
});

it('wakes at nine on the wall also where the clocks change that night', () => {
  // Berlin, 23:30 of the evening before summer time begins and ends: 22:30 and 21:30 by Greenwich.
  expect(times('2027-03-27T22:30:00Z', 'Europe/Berlin').tomorrow).toBe('2027-03-28T07:00');
  expect(times('2026-10-24T21:30:00Z', 'Europe/Berlin').tomorrow).toBe('2026-10-25T08:00');
});

it('knows the clock right behind a change of it', () => {
  // New York puts its clocks forward at 2:00: 4:00 is an hour nearer to Greenwich than it was.
  expect(readField('2027-03-14T04:00', 'America/New_York')?.toISOString()).toBe('2027-03-14T08:00:00.000Z');
});

it('offers to wake before the window closes, while there is time for it', () => {
  expect(times('2026-11-25T10:00:00Z', 'UTC', '2026-11-25T20:00:00Z').window).toBe('2026-11-25T19:00');
  expect(times('2026-11-25T10:00:00Z', 'UTC', '2026-11-25T10:30:00Z').window).toBeUndefined();
});

it('reads and writes a field by the same clock, and skips an hour that there is not', () => {
  const time = new Date('2026-11-25T03:30:00Z');
  expect(writeField(time, 'Asia/Kathmandu')).toBe('2026-11-25T09:15');
  expect(readField('2026-11-25T09:15', 'Asia/Kathmandu')).toEqual(time);
  expect(readField('', 'UTC')).toBeNull();
  const skipped = instantOf({ year: 2027, month: 3, day: 28, hour: 2, minute: 30 }, 'Europe/Berlin');
  expect(Math.abs(skipped.getTime() - Date.parse('2027-03-28T01:00:00Z'))).toBeLessThanOrEqual(3600_000);
});
