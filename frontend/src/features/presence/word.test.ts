import { expect, it } from 'vitest';
import { IDLE_MS, type TabState, wordOf } from './word';

const NOW = 1_000_000_000;
const tab = (given: Partial<TabState> = {}): TabState => ({ viewing: null, typing: false, usedAt: NOW, ...given });

it.each([
  ['no tab that is known', [], 'idle', null, false],
  ['one tab with nothing open', [tab()], 'active', null, false],
  ['what is open, and that a reply is written there', [tab({ viewing: 'c1', typing: true })], 'active', 'c1', true],
  ['of two windows side by side the one that was used last', [tab({ viewing: 'c1', typing: true, usedAt: NOW - 2000 }), tab({ viewing: 'c2', usedAt: NOW - 1000 })], 'active', 'c2', false],
  ['a window that is seen, though a hidden one was used last', [tab({ usedAt: NOW - 1000 }), tab({ viewing: 'c1', usedAt: NOW - 2000 })], 'active', 'c1', false],
  ['the best of all, and not the last to speak', [tab({ viewing: 'c1', usedAt: NOW - IDLE_MS + 1 }), tab({ usedAt: NOW - 2 * IDLE_MS })], 'active', 'c1', false],
  ['nothing, by somebody who has gone from the screen', [tab({ viewing: 'c1', typing: true, usedAt: NOW - IDLE_MS })], 'idle', null, false],
] as const)('tells of %s', (_what, tabs, state, viewing, typing) => {
  expect(wordOf(tabs, NOW)).toEqual({ state, viewing, typing });
});
