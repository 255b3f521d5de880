import { useEffect, useState, useSyncExternalStore } from 'react';
import { clock } from '../lib/clock';

/**
 * The present, for countdowns and for “Today”: one clock for the whole page, so that no two parts of it disagree. It ticks
 * every few seconds, and at once where somebody comes back to look.
 */
export const useNow = (): Date => useSyncExternalStore(clock.subscribe, clock.now);

/** What is read off the present, drawn again only when that changes: a list does not draw all its rows at each tick. */
export const useAtNow = <T extends string | number | boolean | null>(read: (now: Date) => T): T =>
  useSyncExternalStore(clock.subscribe, () => read(clock.now()));

function subscribeAttention(changed: () => void): () => void {
  window.addEventListener('focus', changed);
  window.addEventListener('blur', changed);
  document.addEventListener('visibilitychange', changed);
  return () => {
    window.removeEventListener('focus', changed);
    window.removeEventListener('blur', changed);
    document.removeEventListener('visibilitychange', changed);
  };
}

/** Whether a person looks at this tab: it is visible and has the focus. */
export const useAttention = (): boolean =>
  useSyncExternalStore(subscribeAttention, () => document.visibilityState === 'visible' && document.hasFocus());

function subscribeOnline(changed: () => void): () => void {
  window.addEventListener('online', changed);
  window.addEventListener('offline', changed);
  return () => {
    window.removeEventListener('online', changed);
    window.removeEventListener('offline', changed);
  };
}

export const useOnline = (): boolean => useSyncExternalStore(subscribeOnline, () => navigator.onLine);

export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    () => window.matchMedia(query).matches,
  );
}

/** A value that follows another one once that has stood still for a while. */
export function useSettled<T>(value: T, delayMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}
