import { type RefObject, useLayoutEffect, useRef } from 'react';
import { around, giveFocusBack, startOf } from '../lib/focus';

/**
 * Opens a native dialog over the page while its component is there. The browser keeps the focus inside. The focus
 * begins at the first field, and goes back to where it came from.
 */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  // The dialog is closed before its element leaves the page: the browser gives no focus back for one that is gone.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return;
    const before = document.activeElement;
    const near = around(before);
    if (!element.open) element.showModal();
    // The browser would focus the first element that takes it, which is the button that closes the dialog.
    startOf(element).focus();
    return () => {
      element.close();
      giveFocusBack(before, near);
    };
  }, []);
  return dialog;
}
