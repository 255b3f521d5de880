import { defaultRangeExtractor, type Range, useVirtualizer, type VirtualItem, type Virtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { folded } from '../../lib/fold';
import { contentOf } from '../../lib/message/content';
import { isComposing } from '../../lib/typing';
import type { ThreadRow } from './thread-rows';
import { type Pages, usePages } from './use-pages';
import styles from './virtual-thread.module.css';

export interface VirtualThreadHandle {
  scrollToEnd: () => void;
  scrollToKey: (key: string) => void;
  focusLast: () => void;
  /** What is in sight now, from the top; null at the end, and while the thread is being opened. */
  rowsInSight: () => RowInSight[] | null;
}

/** Where a thread opens: a row at the view's top, in its middle, or so far below its top. */
export interface OpenAt {
  key: string;
  align: 'start' | 'center';
  offsetPx?: number;
}

/** A row, and how far below the view's top it begins (above it: less than 0). */
export interface RowInSight {
  key: string;
  offsetPx: number;
}

interface Props {
  ref?: Ref<VirtualThreadHandle>;
  rows: ThreadRow[];
  labelledBy: string;
  /** Null opens it at its end. */
  openAt: OpenAt | null;
  /** The row that stands out for a moment. */
  highlightKey: string | null;
  pages: Pages;
  onPinnedChange: (isPinned: boolean) => void;
  /** The row at the view's top, while it is scrolled: at most once a frame. */
  onTopChange: (row: ThreadRow | null) => void;
  /** Whether it is being scrolled, by whomever. Stable. */
  onMoving: (isMoving: boolean) => void;
  onRowKey: (row: ThreadRow, event: KeyboardEvent) => void;
  renderRow: (row: ThreadRow) => ReactNode;
}

const PINNED_PX = 80;
// The library measures what it mounts and corrects itself: it is settled within a few frames.
const SETTLING_FRAMES = 6;

/**
 * A long thread of which only what is seen is mounted. It stays at its end while it is there, and what is
 * being read never moves: not for other pages above, nor for new messages below.
 */
export function VirtualThread(props: Props) {
  const { ref, rows, labelledBy, openAt, pages, onTopChange, onMoving, onPinnedChange, onRowKey, renderRow } = props;
  const { hasOlder, hasNewer, onWindowEnd } = pages;
  const scroller = useRef<HTMLElement>(null);
  const isPinned = useRef(openAt === null && !hasNewer);
  // Scrolled to where it opens, and then settled there: before that, nothing that scrolls is the reader's doing.
  const isOpened = useRef(false);
  const isSettled = useRef(false);
  // No other page before that: rows that come above what is being scrolled to would take its place.
  const [mayLoad, setMayLoad] = useState(false);
  const last = useRef({ scrollTop: 0, clientHeight: 0 });
  const [focusedKey, setFocusedKey] = useState<string | null>(null);
  const focusedIndex = focusedKey === null ? -1 : rows.findIndex((row) => row.key === focusedKey);
  // A function of its own for each list of rows: the library takes a new one for new rows, and measures anew.
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(rows[index]),
    getItemKey,
    onChange: (instance) => onMoving(instance.isScrolling),
    overscan: 8,
    paddingStart: 8,
    paddingEnd: 12,
    anchorTo: 'end',
    // In a window into the past an appended page would drag the view to its end, and on to the next.
    followOnAppend: !hasNewer,
    scrollEndThreshold: PINNED_PX,
    // A row that has the focus stays mounted, however far it is scrolled away: the focus must not be lost.
    rangeExtractor: (range: Range) => {
      const shown = defaultRangeExtractor(range);
      if (focusedIndex === -1 || shown.includes(focusedIndex)) return shown;
      return [...shown, focusedIndex].toSorted((a, b) => a - b);
    },
  });

  useLayoutEffect(() => {
    virtual.shouldAdjustScrollPositionOnItemSizeChange = isAboveView;
  }, [virtual]);

  const pin = useCallback(
    (now: boolean) => {
      if (now === isPinned.current) return;
      isPinned.current = now;
      onPinnedChange(now);
    },
    [onPinnedChange],
  );

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    requestAnimationFrame(() => virtual.scrollToEnd());
  }, [virtual]);

  // From the document's own numbers: the library's height of the view lags behind during a resize.
  const look = useCallback(() => {
    const element = scroller.current;
    if (!element || !isSettled.current) return;
    const { scrollTop, clientHeight } = element;
    const isAtEnd = gapOf(element) < PINNED_PX;
    // Only the reader leaves the end, upwards. What grows does not: a row, or the composer below the view.
    const isLeft = scrollTop < last.current.scrollTop && clientHeight === last.current.clientHeight;
    last.current = { scrollTop, clientHeight };
    if (hasNewer) {
      if (isAtEnd) onWindowEnd();
    } else if (isAtEnd) pin(true);
    else if (isLeft) pin(false);
    else if (isPinned.current) toEnd();
  }, [hasNewer, onWindowEnd, pin, toEnd]);

  const frame = useRef(0);
  const onScroll = useCallback(() => {
    look();
    if (frame.current !== 0) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      // By the library's numbers: to ask the document would have it laid out in the middle of a frame.
      const top = virtual.getVirtualItemForOffset(virtual.scrollOffset ?? 0);
      if (isOpened.current) onTopChange((top && rows[top.index]) ?? null);
    });
  }, [look, onTopChange, rows, virtual]);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);

  /** Give a row the focus once it is mounted. */
  const focusRow = useCallback(
    (index: number, align: 'auto' | 'center' = 'auto') => {
      const row = rows[index];
      if (!row) return;
      setFocusedKey(row.key);
      virtual.scrollToIndex(index, { align });
      let frames = SETTLING_FRAMES;
      const attempt = () => {
        const element = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
        if (element) element.focus({ preventScroll: true });
        else if (frames-- > 0) requestAnimationFrame(attempt);
      };
      requestAnimationFrame(attempt);
    },
    [rows, virtual],
  );

  useImperativeHandle(ref, () => ({
    scrollToEnd: () => {
      if (!hasNewer) pin(true);
      toEnd();
    },
    scrollToKey: (key) => {
      const index = rows.findIndex((row) => row.key === key);
      if (index < 0) return;
      // The focus goes along: what was pressed may be out of sight now, or gone.
      focusRow(index, 'center');
    },
    focusLast: () => focusRow(nextFocusable(rows, rows.length, -1)),
    rowsInSight: () => {
      const element = scroller.current;
      if (!element || !isSettled.current) return null;
      return gapOf(element) < PINNED_PX && !hasNewer ? null : rowsInSight(element);
    },
  }));

  useLayoutEffect(() => {
    if (isOpened.current || rows.length === 0) return;
    const index = openAt === null ? -1 : rows.findIndex((row) => row.key === openAt.key);
    const isAtEnd = index < 0 || !openAt;
    if (isAtEnd) virtual.scrollToEnd();
    else virtual.scrollToIndex(index, { align: openAt.align });
    let frames = SETTLING_FRAMES;
    const settle = () => {
      const element = scroller.current;
      if (!element) return;
      const row = openAt?.offsetPx === undefined ? null : element.querySelector(`[data-index="${index}"]`);
      if (row) {
        const at = row.getBoundingClientRect().top - element.getBoundingClientRect().top;
        element.scrollTop += at - (openAt?.offsetPx ?? 0);
      }
      pin(!hasNewer && (isAtEnd || gapOf(element) < PINNED_PX));
      if (frames-- > 0) requestAnimationFrame(settle);
      else {
        isSettled.current = true;
        setMayLoad(true);
        look();
        // It was opened for one message, by something that is gone with the thread before it.
        if (openAt?.align === 'center' && document.activeElement === document.body) focusRow(index, 'center');
      }
    };
    isOpened.current = true;
    requestAnimationFrame(settle);
  }, [focusRow, hasNewer, look, openAt, pin, rows, virtual]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    // The composer grows, a phone's keyboard opens: the end must stay the end.
    const observer = new ResizeObserver(() => {
      if (!isSettled.current) return;
      if (isPinned.current) toEnd();
      look();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [look, toEnd]);

  usePages(virtual, rows.length, mayLoad, pages);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (isComposing(event) || event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    // A dialog that a row has opened lies over the thread, and Escape is the dialog's own.
    if (target.closest('dialog')) return;
    const isOnRow = target.parentElement?.parentElement === scroller.current && target.dataset.index !== undefined;
    if (!isOnRow && target !== scroller.current) {
      // From a button inside a row, Escape leads back to the row.
      if (event.key === 'Escape') target.closest<HTMLElement>('[data-index]')?.focus();
      else return;
      event.preventDefault();
      return;
    }
    const at = isOnRow ? Number(target.dataset.index) : rows.length;
    if (event.key === 'ArrowUp') focusRow(nextFocusable(rows, at, -1));
    else if (event.key === 'ArrowDown' && isOnRow) focusRow(nextFocusable(rows, at, 1));
    else if (event.key === 'Home' && isOnRow) focusRow(nextFocusable(rows, -1, 1));
    else if (event.key === 'End' && isOnRow) focusRow(nextFocusable(rows, rows.length, -1));
    else {
      const row = rows[at];
      if (isOnRow && row) onRowKey(row, event);
      return;
    }
    event.preventDefault();
  };

  return (
    // The thread scrolls by keyboard, so it takes the focus; its keys are those of the focused message.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={scroller}
      className={styles.scroller}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      aria-labelledby={labelledBy}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <ol className={styles.list} style={{ blockSize: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return (
            row && (
              // It watches where the focus is: on it, or inside it.
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
              <li
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                data-key={row.key}
                data-highlight={row.key === props.highlightKey || undefined}
                className={styles.item}
                tabIndex={isFocusable(row) ? -1 : undefined}
                onFocus={() => setFocusedKey(row.key)}
                onBlur={() => setFocusedKey(null)}
                aria-posinset={item.index + 1}
                aria-setsize={hasOlder || hasNewer ? -1 : rows.length}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {renderRow(row)}
              </li>
            )
          );
        })}
      </ol>
    </section>
  );
}

const isFocusable = (row: ThreadRow): boolean => row.kind === 'message' || row.kind === 'local';

function nextFocusable(rows: ThreadRow[], from: number, step: 1 | -1): number {
  for (let at = from + step; at >= 0 && at < rows.length; at += step) {
    const row = rows[at];
    if (row && isFocusable(row)) return at;
  }
  return -1;
}

/**
 * Whether the view moves along with a row's new height, so that what is read stands still. The library's own rule
 * leaves out rows that change while the reader scrolls up: then older ones come above the first row, and it loses
 * the space that it had as the first of a group.
 */
function isAboveView(item: VirtualItem, _delta: number, virtual: Virtualizer<HTMLElement, Element>): boolean {
  const top = virtual.scrollOffset ?? 0;
  return virtual.itemSizeCache.has(item.key) ? item.end <= top : item.start < top;
}

const gapOf = (element: HTMLElement): number => element.scrollHeight - element.scrollTop - element.clientHeight;

function rowsInSight(scroller: HTMLElement | null): RowInSight[] {
  if (!scroller) return [];
  const view = scroller.getBoundingClientRect();
  const rows: RowInSight[] = [];
  for (const row of scroller.querySelectorAll<HTMLElement>('li[data-key]')) {
    const box = row.getBoundingClientRect();
    if (box.bottom > view.top + 1 && box.top < view.bottom)
      rows.push({ key: row.dataset.key ?? '', offsetPx: box.top - view.top });
  }
  return rows;
}

function estimate(row: ThreadRow | undefined): number {
  if (!row || row.kind === 'day' || row.kind === 'unread') return 44;
  const whole = row.kind === 'local' ? row.entry.text : (row.message.text ?? '');
  const text = folded(whole) ?? whole;
  const media = row.kind === 'message' && 'media' in contentOf(row.message) ? 80 : 0;
  return 42 + media + Math.ceil(text.length / 60) * 21;
}
