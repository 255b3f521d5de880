import { useEffect } from 'react';
import type { VirtualRows } from './use-virtual-rows';

/** What is loaded of a thread, and how more of it comes. */
export interface Pages {
  isLoading: boolean;
  hasOlder: boolean;
  loadOlder: () => unknown;
  /** Whether there are newer messages than those loaded: then the end is not the thread's end. */
  hasNewer: boolean;
  loadNewer: () => unknown;
  /** A window into the past has been read to its end. */
  onWindowEnd: () => void;
}

const LOAD_PX = 800;

/**
 * Loads the next page while the view is near an end of what is loaded, and not before `mayLoad`. The caller gets
 * nothing back: what was loaded comes as rows.
 */
export function usePages(virtual: VirtualRows, rowCount: number, mayLoad: boolean, pages: Pages): void {
  const { hasOlder, loadOlder, hasNewer, loadNewer } = pages;
  const isFree = mayLoad && !pages.isLoading;
  const offset = virtual.scrollOffset ?? 0;
  const needsOlder = isFree && hasOlder && offset < LOAD_PX;
  // Again for each page: the view may still be near the end of what is loaded.
  useEffect(() => {
    if (needsOlder) void loadOlder();
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [needsOlder, loadOlder, rowCount]);
  const needsNewer =
    isFree && hasNewer && virtual.getTotalSize() - offset - (virtual.scrollElement?.clientHeight ?? 0) < LOAD_PX;
  useEffect(() => {
    if (needsNewer) void loadNewer();
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [needsNewer, loadNewer, rowCount]);
}
