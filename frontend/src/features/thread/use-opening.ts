import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import type { ThreadRow } from './thread-rows';
import type { Pages } from './use-pages';
import { isAtEnd, type PinnedEnd } from './use-pinned-end';
import { SETTLING_FRAMES, type VirtualRows } from './use-virtual-rows';

/** Where a thread opens: a row at the view's top, in its middle, or so far below its top. */
export interface OpenAt {
  key: string;
  align: 'start' | 'center';
  offsetPx?: number;
}

interface Options {
  rows: ThreadRow[];
  /** Null opens it at its end. */
  openAt: OpenAt | null;
  pages: Pages;
}

/**
 * Opens a thread at its place once it has rows. It goes there again in each of the next frames, while the rows that
 * came into view are measured. The caller gets whether other pages may load: not before the thread has settled, since
 * rows that come above its place would push it away. `isSettledRef` becomes true at the same time.
 */
export function useOpening(
  scrollerRef: RefObject<HTMLElement | null>,
  virtual: VirtualRows,
  isSettledRef: RefObject<boolean>,
  { rows, openAt, pages: { hasNewer } }: Options,
  pin: PinnedEnd['pin'],
  look: PinnedEnd['look'],
  focusRow: (index: number, align: 'center') => void,
): boolean {
  const isOpened = useRef(false);
  const [mayLoad, setMayLoad] = useState(false);

  // After every rendering, until there are rows.
  useLayoutEffect(() => {
    if (isOpened.current || rows.length === 0) return;
    const index = rows.findIndex((row) => row.key === openAt?.key);
    const opensAtEnd = index < 0 || !openAt;
    if (opensAtEnd) virtual.scrollToEnd();
    else virtual.scrollToIndex(index, { align: openAt.align });
    let frames = SETTLING_FRAMES;
    const settle = () => {
      const element = scrollerRef.current;
      if (!element) return;
      const offsetPx = openAt?.offsetPx;
      const row = element.querySelector(`[data-index="${index}"]`);
      if (offsetPx !== undefined && row)
        element.scrollTop += row.getBoundingClientRect().top - element.getBoundingClientRect().top - offsetPx;
      pin(!hasNewer && (opensAtEnd || isAtEnd(element)));
      if (frames-- > 0) requestAnimationFrame(settle);
      else {
        isSettledRef.current = true;
        setMayLoad(true);
        look();
        // The thread was opened for one message. What was pressed for that had the focus, and is gone with the thread
        // before this one.
        if (openAt?.align === 'center' && document.activeElement === document.body) focusRow(index, 'center');
      }
    };
    isOpened.current = true;
    requestAnimationFrame(settle);
  });

  return mayLoad;
}
