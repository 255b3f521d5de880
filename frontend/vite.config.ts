import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// `npm run dev` serves the page with hot reload; the API is where LIVECHAT_URL says.
const api = process.env.LIVECHAT_URL ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'baseline-widely-available',
    manifest: true,
    // A data URL in a style sheet is no request that the content security policy could refuse by origin.
    assetsInlineLimit: 0,
  },
  server: { proxy: { '/api': api } },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'], setupFiles: ['src/test-setup.ts'] },
});
