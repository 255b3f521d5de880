import { Listeners } from './listeners';

const TICK_MS = 10_000;
// A browser's timer that is set for longer than this runs at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const listeners = new Listeners();
let now = new Date();
let timer: ReturnType<typeof setInterval> | undefined;
let readers = 0;

function tick(): void {
  now = new Date();
  listeners.tell();
}

export const clock = {
  now: (): Date => now,
  subscribe: (listener: () => void): (() => void) => {
    const stop = listeners.subscribe(listener);
    if (++readers === 1) {
      tick();
      timer = setInterval(tick, TICK_MS);
      document.addEventListener('visibilitychange', tick);
    }
    return () => {
      stop();
      if (--readers > 0) return;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  },
  /** Ticks at this time too. The caller gets a function that takes this back. */
  tickAt: (time: string | null): (() => void) => {
    const left = time === null ? Number.NaN : Date.parse(time) - Date.now();
    if (!(left > 0 && left < LONGEST_TIMER_MS)) return () => undefined;
    const alarm = setTimeout(tick, left + 1);
    return () => clearTimeout(alarm);
  },
};
