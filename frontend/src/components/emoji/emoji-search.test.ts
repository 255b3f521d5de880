import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Emoji, emojiWord, findEmoji } from './emoji-search';

const wordAt = (text: string) => emojiWord(text.replace('|', ''), text.indexOf('|'));

it.each([
  [':sm|', { start: 0, end: 3, word: 'sm' }],
  ['Hello :smile| there', { start: 6, end: 12, word: 'smile' }],
  ['Hello\n(:+1|)', { start: 7, end: 10, word: '+1' }],
  [`${'x'.repeat(5000)} :ok|`, { start: 5001, end: 5004, word: 'ok' }],
])('%s is the beginning of an emoji', (text, expected) => {
  expect(wordAt(text)).toEqual(expected);
});

it.each([':s|', ': sm|', '10:30|', 'https://example|', 'Total :12|', ':)|', 'a:sm|', 'sm|', ':sm |', '::|', `:${'a'.repeat(60)}|`])(
  '%s is none',
  (text) => {
    expect(wordAt(text)).toBeNull();
  },
);

// The data that the build serves.
const all = JSON.parse(readFileSync('node_modules/emojibase-data/en/data.json', 'utf8')) as Emoji[];

it.each([
  ['sm', '☺️'],
  ['+1', '👍️'],
  ['thumbs_up', '👍️'],
  ['heart', '❤️'],
  ['PARTY', '🎉'],
  ['smile', '😀'],
  ['bread', '🍞'],
])('%s finds what is meant', (word, emoji) => {
  const found = findEmoji(all, word);
  expect(found.map((one) => one.emoji)).toContain(emoji);
  expect(found.length).toBeLessThanOrEqual(8);
});

it('the plainest is the first', () => {
  const first = (word: string) => findEmoji(all, word)[0]?.emoji;
  expect(['thumbs', 'heart', 'croissant'].map(first)).toEqual(['👍️', '❤️', '🥐']);
});

it('nothing is found for what means none', () => {
  expect(findEmoji(all, 'zzqx')).toEqual([]);
});
