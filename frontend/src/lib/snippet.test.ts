import { expect, it } from 'vitest';
import { snippet } from './snippet';

const shown = (text: string, spans: number[][]) =>
  snippet(text, spans)
    .map((part) => (part.isHit ? `[${part.text}]` : part.text))
    .join('');

it('shows what was found in its place, counted as the API counts', () => {
  expect(shown('O orçamento, por favor', [[2, 11]])).toBe('O [orçamento], por favor');
  // Decomposed, and behind what takes two units each.
  expect(shown('🎂🎂 Orc\u0327amento', [[5, 15]])).toBe('🎂🎂 [Orc\u0327amento]');
  expect(shown('AB-1234 and ab1234', [[0, 7], [12, 18]])).toBe('[AB-1234] and [ab1234]');
  expect(shown('two\n\nlines', [[5, 10]])).toBe('two [lines]');
  expect(shown('nothing', [])).toBe('nothing');
});

it('begins near the first of them, at a word, and cuts no character in two', () => {
  const far = `${'word '.repeat(40)}needle ${'more '.repeat(60)}`;
  const text = shown(far, [[200, 206]]);
  expect(text).toMatch(/^…(word ){4,6}\[needle\] more/);
  expect(text).toMatch(/…$/);
  expect(text.length).toBeLessThan(180);
  for (let before = 40; before < 44; before += 1) {
    const odd = `${'🎂'.repeat(before)}xy${'🎂'.repeat(100)}`;
    const parts = shown(odd, [[2 * before + 1, 2 * before + 2]]);
    expect(parts).toContain('[y]');
    expect(parts).not.toMatch(/\p{Surrogate}/u);
  }
});

it('stands what no server should say', () => {
  expect(shown('text', [[9, 12], [3, 1], [-4, 2]])).toBe('text');
  expect(shown('overlapping', [[0, 4], [2, 6]])).toBe('[over]lapping');
});
