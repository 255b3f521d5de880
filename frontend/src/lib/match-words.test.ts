import { expect, it } from 'vitest';
import { isSameName, matchesWords } from './match-words';

it('finds a name by the beginnings of its words, in any order', () => {
  expect(matchesWords('Ines Duarte', 'du in')).toBe(true);
  expect(matchesWords('Ines Duarte', 'nes')).toBe(false);
  expect(matchesWords('Ines Duarte', '  ')).toBe(true);
});

it('minds neither accents nor case', () => {
  expect(matchesWords('Ärger', 'arg')).toBe(true);
  expect(isSameName('VIP ', 'vip')).toBe(true);
  expect(isSameName('VIP', 'VIPs')).toBe(false);
});
