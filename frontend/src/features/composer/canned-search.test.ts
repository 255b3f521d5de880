import { expect, it } from 'vitest';
import type { CannedReply } from '../../lib/types';
import { findCanned, slashWord } from './canned-search';
import { unfilledIn } from './unfilled';

const canned = (shortcut: string, title = shortcut, body = '', scope: CannedReply['scope'] = 'workspace') =>
  ({ id: `${scope}:${shortcut}`, shortcut, title, body, scope }) as CannedReply;

it.each([
  ['/pre', 4, { start: 0, end: 4, word: 'pre' }],
  ['Hi /pre', 7, { start: 3, end: 7, word: 'pre' }],
  ['Hi /', 4, { start: 3, end: 4, word: '' }],
  ['Hi\n/preço there', 9, { start: 3, end: 9, word: 'preço' }],
  ['and/or', 6, null],
  ['https://a', 9, null],
  ['/usr/bin', 8, null],
  ['/pre ', 5, null],
])('“%s” asks at %d for %o', (text, cursor, word) => expect(slashWord(text, cursor)).toEqual(word));

it('finds by shortcut before title before text, whatever the accents', () => {
  const all = [canned('hello', 'Greeting', 'preço'), canned('preço', 'Prices'), canned('preçolista'), canned('p', 'Preco today')];
  expect(findCanned(all, 'preco').map(({ shortcut }) => shortcut)).toEqual(['preço', 'preçolista', 'p', 'hello']);
  expect(findCanned(all, 'PREÇO')[0]?.shortcut).toBe('preço');
  expect(findCanned(all, '')).toHaveLength(4);
  expect(findCanned(all, 'nothing')).toEqual([]);
});

it('offers of one shortcut the first alone, which is the nearest', () => {
  const all = [canned('Hello', 'Mine', '', 'personal'), canned('hello', 'Ours', '', 'team'), canned('hello', 'All')];
  expect(findCanned(all, 'hello').map(({ title }) => title)).toEqual(['Mine']);
});

it.each([
  ['Hi {{contact.name}}!', [3, 19]],
  ['{{ number.name }}', [0, 17]],
  ['{{x}} and {contact.name}', null],
])('of “%s” stays to be filled: %o', (text, place) => expect(unfilledIn(text)).toEqual(place));
