import { useEffect } from 'react';
import { shortcutOf } from '../lib/shortcuts';
import { isComposing, isLayerOpen } from '../lib/typing';

/** What stands in a pane for the whole of it: the row that the keys go to, the thread, the field. */
const STOPS = '[data-list-row][tabindex="0"], nav:not(:has([data-list-row])) input[type="search"], main section[tabindex="0"], #composer, aside button';

/** F6 and Shift+F6 go from pane to pane. */
export function usePaneKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const pressed = shortcutOf(event);
      if ((pressed !== 'F6' && pressed !== 'Shift+F6') || isComposing(event) || isLayerOpen()) return;
      event.preventDefault();
      // One for each pane: of several in an `aside`, the first.
      const seen = new Set<Element | null>();
      const stops = [...document.querySelectorAll<HTMLElement>(STOPS)].filter((stop) => {
        const pane = stop.closest('aside') ?? stop;
        return !seen.has(pane) && seen.add(pane);
      });
      const at = stops.findIndex((stop) => (stop.closest('aside, nav') ?? stop).contains(document.activeElement));
      const step = event.shiftKey ? -1 : 1;
      const start = at === -1 && step === -1 ? 0 : at;
      stops[(start + step + stops.length) % stops.length]?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
