import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toggleMark } from './formatting';

it.each([
  ['say hello', 4, 9, 'say *hello*'],
  ['say  hello ', 4, 11, 'say  *hello* '],
  ['say *hello*', 5, 10, 'say hello'],
  ['say *hello*', 4, 11, 'say hello'],
  ['', 0, 0, '**'],
])('%j from %d to %d becomes %j', (text, start, end, expected) => {
  expect(toggleMark({ text, start, end }, '*').text).toBe(expected);
});

it('takes away what it has put there', () => {
  const words = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '🙂', '\n'), maxLength: 12 });
  fc.assert(
    fc.property(words, words, words, (before, inner, after) => {
      const text = before + inner + after;
      const marked = toggleMark({ text, start: before.length, end: before.length + inner.length }, '*');
      expect(marked.text.length).toBe(text.length + 2);
      expect(toggleMark(marked, '*').text).toBe(text);
    }),
  );
});
