import { type ComponentType, lazy } from 'react';
import { t } from '../words/en';
import { onLineBack } from './line';
import { notify } from './notices';

const AGAIN_MS = 5000;

/**
 * A part of the page that is loaded on first use. If the server is away the agent is told, and the part comes when the
 * server is back. So a button that is pressed in an outage takes nothing down.
 */
export function lazyPart<P>(load: () => Promise<{ default: ComponentType<P> }>) {
  return lazy(() => loadPatiently(load, () => notify(t.failedToLoad, 'trouble')));
}

/** What is loaded, now or when the server is back. `onTrouble` is called once, where it does not come at the first try. */
export async function loadPatiently<T>(load: () => Promise<T>, onTrouble?: () => void): Promise<T> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await load();
    } catch {
      if (isFirst) onTrouble?.();
      await lineBackOr(AGAIN_MS);
    }
  }
}

function lineBackOr(longestMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, longestMs);
    const stop = onLineBack(done);
    function done() {
      clearTimeout(timer);
      stop();
      resolve();
    }
  });
}
