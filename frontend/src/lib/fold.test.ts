import { expect, it } from 'vitest';
import { folded } from './fold';

it('leaves what people write as it is', () => {
  for (const text of ['', 'Hello', 'a '.repeat(2048), 'line\n'.repeat(79)]) expect(folded(text)).toBeNull();
});

it('keeps the beginning of a long text, up to a blank', () => {
  const short = folded('word '.repeat(13_000)) ?? '';
  expect(short.length).toBeGreaterThan(2900);
  expect(short.length).toBeLessThanOrEqual(3000);
  expect(short.endsWith('word')).toBe(true);
});

it('keeps the first lines of many', () => {
  expect(folded('line\n'.repeat(500))?.split('\n')).toHaveLength(50);
  expect(folded('\n'.repeat(65_536))).toBe('');
});

it('cuts no character in two', () => {
  expect(folded('\u{1F642}'.repeat(4000))).not.toMatch(/\p{Surrogate}/u);
  expect(folded(`a${'\u{1F642}'.repeat(4000)}`)).not.toMatch(/\p{Surrogate}/u);
});
