import { useEffect } from 'react';
import { around, giveFocusBack } from '../lib/focus';

/**
 * Looks after the focus when what had it goes away: a row that is deleted, a button that is disabled by its own click,
 * a list that a thread takes the place of. What gives the focus back by itself comes first; this is for the rest.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let had: Element | null = null;
    let near: Element[] = [];
    let frame = 0;
    let timer = 0;
    const isLost = () => had !== null && document.activeElement === document.body && !canHoldFocus(had);
    const recover = () => {
      if (!isLost() || !document.hasFocus()) return;
      had = null;
      giveFocusBack(null, near);
    };
    const look = () => {
      if (had === null || (had.isConnected && !had.matches(':disabled') && document.activeElement !== document.body)) return;
      cancelAnimationFrame(frame);
      window.clearTimeout(timer);
      // A button that is disabled loses the focus with the next frame; and what the same event goes on to do, such as
      // to focus another place, comes first.
      frame = requestAnimationFrame(() => {
        timer = window.setTimeout(recover);
      });
    };
    const onFocus = (event: FocusEvent) => {
      had = event.target instanceof Element ? event.target : null;
      near = around(had);
    };
    const onBlur = (event: FocusEvent) => {
      // Somebody pressed beside everything: that is theirs to do. Chromium also says so of what is being removed.
      if (event.relatedTarget === null) queueMicrotask(() => (isLost() ? look() : forgetIfLeft()));
    };
    const forgetIfLeft = () => {
      if (document.hasFocus() && document.activeElement === document.body) had = null;
    };
    const observer = new MutationObserver(look);
    const attributeFilter = ['disabled', 'hidden', 'inert'];
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter });
    document.addEventListener('focusin', onFocus);
    document.addEventListener('focusout', onBlur);
    return () => {
      cancelAnimationFrame(frame);
      window.clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('focusout', onBlur);
    };
  }, []);
}

function canHoldFocus(element: Element): boolean {
  return element.isConnected && !element.matches(':disabled, [inert] *') && (element.checkVisibility?.() ?? true);
}
