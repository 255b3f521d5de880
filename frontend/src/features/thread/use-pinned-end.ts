import { type RefObject, useCallback, useEffect, useRef } from 'react';
import type { Pages } from './use-pages';
import { PINNED_PX, type VirtualRows } from './use-virtual-rows';

interface Options {
  /** Null opens it at its end. */
  openAt: object | null;
  pages: Pages;
  onPinnedChange: (isPinned: boolean) => void;
}

export interface PinnedEnd {
  /** Scrolls to the end, and stays there if it is the thread's end. */
  scrollToEnd: () => void;
  /** Says whether the thread is at its end: then it stays there. */
  pin: (isPinned: boolean) => void;
  /** Looks where the view stands. After a scroll it tells that the reader has left the end, or come back to it. */
  look: () => void;
}

/**
 * Keeps a thread at its end while it is there, whatever grows in it or below it, until the reader scrolls up. The
 * caller gets what takes the thread to its end, and what must be called when it has scrolled. Before `isSettledRef` is
 * true, nothing that scrolls is the reader's doing, and nothing follows from it.
 */
export function usePinnedEnd(
  scrollerRef: RefObject<HTMLElement | null>,
  virtual: VirtualRows,
  isSettledRef: RefObject<boolean>,
  { openAt, pages: { hasNewer, onWindowEnd }, onPinnedChange }: Options,
): PinnedEnd {
  const isPinned = useRef(openAt === null && !hasNewer);
  const last = useRef({ scrollTop: 0, clientHeight: 0 });

  const pin = useCallback(
    (now: boolean) => {
      if (now === isPinned.current) return;
      isPinned.current = now;
      onPinnedChange(now);
    },
    [onPinnedChange],
  );

  const toEnd = useCallback(() => {
    const element = scrollerRef.current;
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    requestAnimationFrame(() => virtual.scrollToEnd());
  }, [scrollerRef, virtual]);

  // This asks for the document's own numbers: the library's height of the view lags behind during a resize.
  const look = useCallback(() => {
    const element = scrollerRef.current;
    if (!element || !isSettledRef.current) return;
    const { scrollTop, clientHeight } = element;
    const isThere = isAtEnd(element);
    // Only the reader leaves the end, upwards. A row or the composer that grows moves the view away, but is no reader.
    const isLeft = scrollTop < last.current.scrollTop && clientHeight === last.current.clientHeight;
    last.current = { scrollTop, clientHeight };
    if (hasNewer) {
      if (isThere) onWindowEnd();
    } else if (isThere) pin(true);
    else if (isLeft) pin(false);
    else if (isPinned.current) toEnd();
  }, [scrollerRef, isSettledRef, hasNewer, onWindowEnd, pin, toEnd]);

  useEffect(() => {
    const element = scrollerRef.current;
    if (!element) return;
    // The composer grows, a phone's keyboard opens: the end must stay the end.
    const observer = new ResizeObserver(() => {
      if (!isSettledRef.current) return;
      if (isPinned.current) toEnd();
      look();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [scrollerRef, isSettledRef, look, toEnd]);

  const scrollToEnd = () => {
    if (!hasNewer) pin(true);
    toEnd();
  };
  return { scrollToEnd, pin, look };
}

/** Whether the view stands at the end of what is loaded. */
export function isAtEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean {
  return scrollHeight - scrollTop - clientHeight < PINNED_PX;
}
