import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// `npm run dev` serves the page with hot reload; the API is where LIVECHAT_URL says.
const api = process.env.LIVECHAT_URL ?? 'http://127.0.0.1:8000';

/** The emoji picker's data, under the version that it belongs to. */
function emojiData(): Plugin {
  const { resolve } = createRequire(import.meta.url);
  const read = (file: string) => readFileSync(resolve(`emojibase-data/${file}`), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { version: string };
  return {
    name: 'emoji-data',
    apply: 'build',
    generateBundle() {
      for (const file of ['en/data.json', 'en/messages.json'])
        this.emitFile({ type: 'asset', fileName: `assets/emoji-${version}/${file}`, source: read(file) });
    },
  };
}

// What is always loaded together is one file, with all that it imports from the start: fewer requests, and what is alike
// is compressed once. Left to itself the build makes a file of each part that something else imports, too.
const FIRST_VIEW = { name: 'page', tags: ['$initial' as const] };
const OPEN_CONVERSATION = { name: 'conversation', test: /\/src\/app\/conversation-place\.tsx$/ };

export default defineConfig({
  // Relative: a proxy may serve the page behind a path of its own. The server writes index.html's own addresses.
  base: './',
  plugins: [react(), emojiData()],
  build: {
    target: 'baseline-widely-available',
    manifest: true,
    // Every browser of the target knows it.
    modulePreload: { polyfill: false },
    // A data URL in a style sheet is no request that the content security policy could refuse by origin.
    assetsInlineLimit: 0,
    rolldownOptions: { output: { codeSplitting: { groups: [FIRST_VIEW, OPEN_CONVERSATION] } } },
  },
  server: { proxy: { '/api': api } },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'], setupFiles: ['src/testing/setup.ts'], testTimeout: 60_000 },
});
