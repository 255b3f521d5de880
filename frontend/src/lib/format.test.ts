import { describe, expect, it } from 'vitest';
import { dayLabel, daysAgo, duration, fileSize, initials, listTime, money, phone, span } from './format';
import { isAboutToClose, serviceWindow } from './service-window';

const now = new Date(2026, 10, 22, 12, 0);
const daysBefore = (days: number, hour = 9) => new Date(2026, 10, 22 - days, hour).toISOString();

it('counts days by local midnights', () => {
  expect(daysAgo(new Date(2026, 10, 21, 23, 59).toISOString(), now)).toBe(1);
  expect(daysAgo(new Date(2026, 10, 22, 0, 1).toISOString(), now)).toBe(0);
});

it('names days', () => {
  expect(dayLabel(daysBefore(0), now)).toBe('Today');
  expect(dayLabel(daysBefore(1), now)).toBe('Yesterday');
  expect(dayLabel(daysBefore(3), now)).toBe('Thursday');
  expect(dayLabel(daysBefore(400), now)).toMatch(/2025/);
});

it('shows times in the list as short as they can be', () => {
  expect(listTime(daysBefore(0), now)).toMatch(/\d:00/);
  expect(listTime(daysBefore(1), now)).toBe('Yesterday');
  expect(listTime(daysBefore(5), now)).toBe('Tuesday');
});

it.each([
  ['Asha Kulkarni', 'AK'],
  ['João Silva 🌿', 'JS'],
  ['محمد علي', 'مع'],
  ['@meera.bakes', 'M'],
  ['+91 77559 91051', '51'],
  ['🙂', ''],
])('%s has the initials %s', (name, letters) => {
  expect(initials(name)).toBe(letters);
});

it.each([
  ['917755991051', '+91 77559 91051'],
  ['16505551234', '+1 650 555 1234'],
  ['5511987654321', '+55 119 876 543 21'],
  ['971501234567', '+971 501 234 567'],
  ['447911123456', '+44 791 112 3456'],
])('%s reads %s', (digits, shown) => {
  expect(phone(digits)).toBe(shown);
  expect(phone(digits).replace(/\D/g, '')).toBe(digits);
});

it('tells the window by what is left of it', () => {
  const inMinutes = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toISOString();
  expect(serviceWindow(null, now)).toEqual({ state: 'closed' });
  expect(serviceWindow(inMinutes(-1), now)).toEqual({ state: 'closed' });
  expect(serviceWindow(inMinutes(0.5), now)).toEqual({ state: 'closing', minutes: 1 });
  expect([null, inMinutes(-1), inMinutes(0.5), inMinutes(15), inMinutes(16.5)].map((end) => isAboutToClose(end, now))).toEqual([
    false, false, true, true, false,
  ]);
  expect(serviceWindow(inMinutes(119), now)).toEqual({ state: 'closing', minutes: 119 });
  expect(serviceWindow(inMinutes(600), now)).toEqual({ state: 'open', minutes: 600 });
});

describe('what a file and a note measure', () => {
  it.each([
    [0, '0 kB'],
    [653, '1 kB'],
    [2048, '2 kB'],
    [1.5 * 1024 * 1024, '1.5 MB'],
    [100 * 1024 * 1024, '100 MB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(fileSize(bytes)).toBe(text);
  });

  it.each([
    [0, '0:00'],
    [67.4, '1:07'],
    [3725, '1:02:05'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it('an amount of an unknown currency keeps its word', () => {
    expect(money(2, 'X1')).toBe('2 X1');
    expect(money(2, 'USD')).toContain('2.00');
  });
});

it.each([
  [0, '0 min'],
  [59, '59 min'],
  [60, '1 h'],
  [1439, '23 h 59 min'],
  [1440, '24 h'],
  [3000, '2 d 2 h'],
])('%d minutes are %s', (minutes, shown) => {
  expect(span(minutes).replaceAll('\u00a0', ' ')).toBe(shown);
});
