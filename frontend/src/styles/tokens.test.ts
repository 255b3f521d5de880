import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const css = readFileSync('src/styles/tokens.css', 'utf8');
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)].map((match) => [
    match[1] ?? '',
    [match[2] ?? '', match[3] ?? ''] as const,
  ]),
);

/** WCAG 2.2: relative luminance and contrast. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

// Every text (4.5) and every mark or border (3) on all that it is drawn on.
const PAIRS: [string, string[], number][] = [
  ['text', ['app', 'surface', 'surface2', 'thread', 'selected', 'bubble-in', 'bubble-out'], 4.5],
  ['text2', ['surface', 'surface2', 'thread', 'selected', 'bubble-in', 'bubble-out', 'app'], 4.5],
  ['accent', ['surface', 'surface2', 'thread', 'selected'], 4.5],
  ['on-accent', ['accent'], 4.5],
  ['link', ['surface2', 'bubble-in', 'bubble-out'], 4.5],
  ['danger', ['surface', 'danger-soft'], 4.5],
  ['warn', ['surface', 'surface2', 'warn-soft', 'selected'], 4.5],
  ['control', ['surface', 'surface2'], 3],
  ['tick', ['surface', 'selected', 'bubble-out'], 3],
  ['tick-read', ['surface', 'selected', 'bubble-out'], 3],
  ['danger', ['bubble-out', 'selected'], 3],
  ['note-text', ['note'], 4.5],
  // A label's dot, which stands for its name where there is no room for it.
  ...Array.from({ length: 16 }, (_, index): [string, string[], number] => [
    `label-${index + 1}`,
    ['surface', 'surface2', 'selected'],
    4.5,
  ]),
  ['focus', ['surface', 'surface2', 'thread', 'bubble-in', 'bubble-out', 'selected', 'app'], 3],
];

const cases = PAIRS.flatMap(([front, backs, least]) =>
  backs.flatMap((back) => ['light', 'dark'].map((scheme) => [front, back, scheme, least] as const)),
);

it.each(cases)('%s on %s is legible (%s, %d)', (front, back, scheme, least) => {
  const index = scheme === 'light' ? 0 : 1;
  const [a, b] = [tokens.get(front)?.[index], tokens.get(back)?.[index]];
  expect(a && b, 'both tokens are there').toBeTruthy();
  expect(contrast(a ?? '', b ?? '')).toBeGreaterThanOrEqual(least);
});
