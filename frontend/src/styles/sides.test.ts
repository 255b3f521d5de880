import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const VALUE = String.raw`((?:[^\s;()]|\((?:[^()]|\([^()]*\))*\))+)`;
const FOUR = new RegExp(String.raw`(?:padding|margin|inset|border-width): ${VALUE} ${VALUE} ${VALUE} ${VALUE};`, 'g');

it('no box has a left and a right side of its own: the page is read from either side', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.css'));
  const found = files.flatMap((name) =>
    [...readFileSync(join('src', name), 'utf8').matchAll(FOUR)]
      .filter(([, , right, , left]) => right !== left)
      .map(([rule]) => `${name}: ${rule}`),
  );
  expect(files.length).toBeGreaterThan(20);
  expect(found).toEqual([]);
});
