export interface Paced {
  /** Have it done within the interval, once for all that ask meanwhile. */
  ask: () => void;
  stop: () => void;
}

/** Do something soon and at most this often; unlike a debounce it is done however often it is asked for. */
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
