import { afterEach, expect, it } from 'vitest';
import { timeOf } from './time-words';

// A Wednesday, 15:30 in Kolkata.
const NOW = new Date('2026-11-25T10:00:00Z');
const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});
const by = (languages: string[], timeZone = 'Asia/Kolkata', now = NOW) => (words: string) => {
  const time = timeOf(words, now, timeZone, languages);
  return time && new Date(time.getTime() + (timeZone === 'Asia/Kolkata' ? 5.5 : 0) * 3600_000).toISOString().slice(5, 16);
};

it.each([
  ['en', 'tomorrow 9', '11-26T09:00'],
  ['en', 'Tomorrow at 9:15', '11-26T09:15'],
  ['en', 'in 3h', '11-25T18:30'],
  ['en', 'on friday', '11-27T09:00'],
  ['en', 'tomorrow evening', '11-26T18:00'],
  ['en', '9', '11-26T09:00'],
  ['en', 'yesterday 9', '11-24T09:00'],
  ['de', 'fr 14:00', '11-27T14:00'],
  ['de', 'morgen 9', '11-26T09:00'],
  ['de', 'heute abend', '11-25T18:00'],
  ['fr', 'demain 9h', '11-26T09:00'],
  ['fr', 'mar 9:00', '12-01T09:00'],
  ['es', 'mañana 9', '11-26T09:00'],
  ['es', 'el lunes', '11-30T09:00'],
  ['ar', 'غدًا ٩', '11-26T09:00'],
  ['ar', 'بعد 3 ساعات', '11-25T18:30'],
  ['ar', 'tomorrow 9', '11-26T09:00'],
  ['ar', 'الجمعة 14:00', '11-27T14:00'],
  // A German at an English page.
  ['en', 'morgen 9', '11-26T09:00'],
  ['en-US', '2/12 10:00', '02-12T10:00'],
  ['en-GB', '2/12 10:00', '12-02T10:00'],
])('by %s “%s” is %s', (language, words, time) => {
  expect(by([language])(words)).toBe(time);
});

it.each(['', 'soon', 'tomorrow 9 or 10', 'tomorrow 9 to 10', 'the fr 14:00 train', 'in 3', 'tomorrow 25', 'tomorrow 9:00 PST'])(
  'makes nothing of “%s”: half of it would be a guess',
  (words) => {
    expect(by(['en'])(words)).toBeNull();
  },
);

it.each(['UTC', 'Europe/Berlin'])('knows the nights when the clocks change, on a device of %s', (device) => {
  process.env.TZ = device;
  // Berlin, 23:30 of the evening before summer time begins and ends.
  const spring = by(['en'], 'Europe/Berlin', new Date('2027-03-27T22:30:00Z'));
  expect([spring('tomorrow 9:00'), spring('in 3h')]).toEqual(['03-28T07:00', '03-28T01:30']);
  const autumn = by(['en'], 'Europe/Berlin', new Date('2026-10-24T21:30:00Z'));
  expect([autumn('tomorrow 9:00'), autumn('in 3h')]).toEqual(['10-25T08:00', '10-25T00:30']);
});
