export interface Paced {
  /** Has the work done within the interval, once for all that ask meanwhile. */
  ask: () => void;
  stop: () => void;
}

/** Does work soon, and at most once an interval. Unlike a debounce it is done however often it is asked for. */
export function atMostEvery(intervalMs: number, act: () => void): Paced {
  let timer: ReturnType<typeof setTimeout> | null = null;
  return {
    ask: () => {
      timer ??= setTimeout(() => {
        timer = null;
        act();
      }, intervalMs);
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}
