// Compresses what the build made, once, and fails when the first visit would load more than it may.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url).pathname;
const BUDGET_KIB = { js: 140, css: 12, lazy: 75 };

const assets = join(DIST, 'assets');
for (const name of readdirSync(assets, { recursive: true })) {
  if (!/\.(js|css|svg|json)$/.test(name)) continue;
  const bytes = readFileSync(join(assets, name));
  writeFileSync(join(assets, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  writeFileSync(join(assets, `${name}.br`), brotliCompressSync(bytes, { params }));
}

const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8'));
const initial = new Set();
const visit = (key) => {
  if (initial.has(key)) return;
  initial.add(key);
  for (const next of manifest[key].imports ?? []) visit(next);
};
visit(Object.keys(manifest).find((key) => manifest[key].isEntry));

const kib = (file) => readFileSync(join(DIST, `${file}.gz`)).length / 1024;
const sum = (files) => [...new Set(files)].reduce((total, file) => total + kib(file), 0);
const sizes = {
  js: sum([...initial].map((key) => manifest[key].file)),
  css: sum([...initial].flatMap((key) => manifest[key].css ?? [])),
  lazy: Math.max(
    0,
    ...Object.keys(manifest)
      .filter((key) => !initial.has(key) && manifest[key].file.endsWith('.js'))
      .map((key) => kib(manifest[key].file)),
  ),
};
let over = false;
for (const [what, size] of Object.entries(sizes)) {
  const label = what === 'lazy' ? 'largest lazy chunk' : `initial ${what}`;
  console.log(`${label}: ${size.toFixed(1)} KiB gz of ${BUDGET_KIB[what]}`);
  over ||= size > BUDGET_KIB[what];
}
if (over) {
  console.error('The page is over its budget.');
  process.exit(1);
}
