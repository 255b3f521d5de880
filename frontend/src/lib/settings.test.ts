// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from 'vitest';
import { changeSettings, DEFAULTS, getSettings, readSettings, subscribeSettings } from './settings';

beforeEach(() => localStorage.clear());

it.each([null, '', 'not json', '5', '[]', '{"volume": 7, "sound": "yes", "mutedNumbers": {"a": 1}}'])(
  'reads %j with care',
  (text) => {
    expect(readSettings(text)).toEqual(DEFAULTS);
  },
);

it('keeps what is understood beside what is not', () => {
  expect(readSettings('{"sound": true, "mutedNumbers": ["1", 2], "new": 1}')).toEqual({
    ...DEFAULTS,
    sound: true,
    mutedNumbers: ['1'],
  });
});

it('tells of a change and stores it', () => {
  const told = vi.fn<() => void>();
  const stop = subscribeSettings(told);
  changeSettings({ compactRows: true });
  stop();
  changeSettings({ compactRows: false });
  expect(told).toHaveBeenCalledTimes(1);
  expect(getSettings().compactRows).toBe(false);
  expect(readSettings(localStorage.getItem('livechat.settings')).compactRows).toBe(false);
});
