import { defaultRangeExtractor, type Range, useVirtualizer, type VirtualItem, type Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useLayoutEffect } from 'react';
import { folded } from '../../lib/fold';
import { contentOf } from '../../lib/message/content';
import type { ThreadRow } from './thread-rows';

export type VirtualRows = Virtualizer<HTMLElement, Element>;

/** The library measures the rows that it mounts, and corrects their places within a few frames. */
export const SETTLING_FRAMES = 6;
/** A view so near to the end is at the end: for the library, and for us. */
export const PINNED_PX = 80;

interface Options {
  rows: ThreadRow[];
  pages: { hasNewer: boolean };
  /** Told whether the view is being scrolled, by the reader or by the page. Stable. */
  onMoving: (isMoving: boolean) => void;
}

/**
 * The caller gets the library's view of the rows: which of them are mounted, where each of them is drawn, and how to
 * scroll to one. What is being read keeps its place while rows above it come, grow or shrink. The row of `keptKey`
 * stays mounted, however far it is scrolled away: it has the focus, which must not be lost.
 */
export function useVirtualRows(
  scrollerRef: RefObject<HTMLElement | null>,
  keptKey: string | null,
  { rows, pages, onMoving }: Options,
): VirtualRows {
  const kept = keptKey === null ? -1 : rows.findIndex((row) => row.key === keptKey);
  // Each list of rows has a new function: by that the library knows that the rows are new, and measures again.
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollerRef.current,
    estimateSize: (index) => estimate(rows[index]),
    getItemKey,
    onChange: (instance) => onMoving(instance.isScrolling),
    overscan: 8,
    paddingStart: 8,
    paddingEnd: 12,
    anchorTo: 'end',
    // In a window into the past an appended page would drag the view to its end, and on to the next.
    followOnAppend: !pages.hasNewer,
    scrollEndThreshold: PINNED_PX,
    rangeExtractor: (range: Range) => {
      const shown = defaultRangeExtractor(range);
      if (kept === -1 || shown.includes(kept)) return shown;
      return [...shown, kept].toSorted((a, b) => a - b);
    },
  });
  useLayoutEffect(() => {
    virtual.shouldAdjustScrollPositionOnItemSizeChange = isAboveView;
  }, [virtual]);
  return virtual;
}

/**
 * Whether the view moves along with a row's new height, so that what is read stands still. The library's own rule
 * leaves out rows that change while the reader scrolls up: then older ones come above the first row, and it loses
 * the space that it had as the first of a group.
 */
function isAboveView(item: VirtualItem, _delta: number, virtual: VirtualRows): boolean {
  const top = virtual.scrollOffset ?? 0;
  return virtual.itemSizeCache.has(item.key) ? item.end <= top : item.start < top;
}

/** How high a row will be, until it is mounted and measured. */
function estimate(row: ThreadRow | undefined): number {
  if (!row || row.kind === 'day' || row.kind === 'unread' || row.kind === 'changes') return 44;
  if (row.kind === 'note') return 64 + Math.ceil((row.note.body ?? '').length / 60) * 21;
  const whole = row.kind === 'local' ? row.entry.text : (row.message.text ?? '');
  const text = folded(whole) ?? whole;
  const media = row.kind === 'message' && 'media' in contentOf(row.message) ? 80 : 0;
  return 42 + media + Math.ceil(text.length / 60) * 21;
}
