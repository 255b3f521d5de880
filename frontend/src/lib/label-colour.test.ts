import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LABEL_COLOURS, labelToken } from './label-colour';

it('has a token for each of its colours, whose light half it is', () => {
  const css = readFileSync('src/styles/tokens.css', 'utf8');
  for (const [index, colour] of LABEL_COLOURS.entries()) {
    expect(labelToken(colour)).toBe(index + 1);
    expect(css).toContain(`--label-${index + 1}: light-dark(${colour}, `);
  }
});

it('draws a colour of somebody else by the nearest that can be read', () => {
  const red = labelToken('#b91c1c');
  const grey = labelToken('#475569');
  expect(['#ff0000', '#FFCCCC', '#300000'].map(labelToken)).toEqual([red, red, red]);
  expect(['#ffffff', '#000000', '#888888'].map(labelToken)).toEqual([grey, grey, grey]);
});

it('draws what is no colour, whatever it is', () => {
  for (const odd of ['', 'red', '#12', 'url(x)', '#b91c1c; position: fixed']) expect(labelToken(odd)).toBe(16);
});
