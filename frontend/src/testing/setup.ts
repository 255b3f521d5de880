import { afterEach } from 'vitest';

// Most tests are of functions: they need no document, and making one takes longer than they do.
if (typeof document !== 'undefined') {
  await import('@testing-library/jest-dom/vitest');
  const { cleanup, configure } = await import('@testing-library/react');
  const { addWhatJsdomLacks } = await import('./jsdom');
  addWhatJsdomLacks();
  // A busy machine takes its time; what comes at once is not waited for.
  configure({ asyncUtilTimeout: 20_000 });
  afterEach(cleanup);
}
