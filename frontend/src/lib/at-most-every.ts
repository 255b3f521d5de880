export interface Paced {
  /** Has the work done within the interval, once for all that ask meanwhile. */
  ask: () => void;
  stop: () => void;
}

/**
 * Does work soon, and at most once an interval. Unlike a debounce it is done however often it is asked for. After a
 * pause it waits for `firstMs` only.
 */
export function atMostEvery(intervalMs: number, act: () => void, firstMs = intervalMs): Paced {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let last = Number.NEGATIVE_INFINITY;
  return {
    ask: () => {
      const due = Math.min(intervalMs, last + intervalMs - Date.now());
      timer ??= setTimeout(() => {
        timer = null;
        last = Date.now();
        act();
      }, Math.max(firstMs, due));
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}
