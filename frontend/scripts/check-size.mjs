// Compresses what the build made, once, and fails when the first visit would load more than it may.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url).pathname;
// `thread`: what an open conversation is drawn with, the first visit's scripts among it.
const BUDGET_KIB = { js: 140, thread: 150, css: 12, lazy: 75 };

const assets = join(DIST, 'assets');
for (const name of readdirSync(assets, { recursive: true })) {
  if (!/\.(js|css|svg|json)$/.test(name)) continue;
  const bytes = readFileSync(join(assets, name));
  writeFileSync(join(assets, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  writeFileSync(join(assets, `${name}.br`), brotliCompressSync(bytes, { params }));
}

const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8'));
/** A file of the manifest and all that it imports from the start. */
const withImports = (key, found = new Set()) => {
  if (found.has(key)) return found;
  found.add(key);
  for (const next of manifest[key].imports ?? []) withImports(next, found);
  return found;
};
const initial = withImports(Object.keys(manifest).find((key) => manifest[key].isEntry));
const isConversation = (key) => manifest[key].name === 'conversation' && manifest[key].file.endsWith('.js');
const thread = new Set([...initial, ...withImports(Object.keys(manifest).find(isConversation))]);

const kib = (file) => readFileSync(join(DIST, `${file}.gz`)).length / 1024;
const sum = (files) => [...new Set(files)].reduce((total, file) => total + kib(file), 0);
const sizes = {
  js: sum([...initial].map((key) => manifest[key].file)),
  thread: sum([...thread].map((key) => manifest[key].file)),
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
  const label = { lazy: 'largest lazy chunk', thread: 'js with a conversation' }[what] ?? `initial ${what}`;
  console.log(`${label}: ${size.toFixed(1)} KiB gz of ${BUDGET_KIB[what]}`);
  over ||= size > BUDGET_KIB[what];
}
if (over) {
  console.error('The page is over its budget.');
  process.exit(1);
}
