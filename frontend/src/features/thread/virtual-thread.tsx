import { type KeyboardEvent, type ReactNode, type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import type { ThreadRow } from './thread-rows';
import { type OpenAt, useOpening } from './use-opening';
import { type Pages, usePages } from './use-pages';
import { isAtEnd, usePinnedEnd } from './use-pinned-end';
import { isFocusable, useRowKeys } from './use-row-keys';
import { useVirtualRows } from './use-virtual-rows';
import styles from './virtual-thread.module.css';

export interface VirtualThreadHandle {
  scrollToEnd: () => void;
  scrollToKey: (key: string) => void;
  focusLast: () => void;
  /** The rows in sight, from the top; null at the thread's end, and while the thread is being opened. */
  rowsInSight: () => RowInSight[] | null;
}

/** A row, and how far below the view's top it begins; less than 0 above it. */
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
  /** Told the row at the view's top while the view is scrolled, at most once a frame. */
  onTopChange: (row: ThreadRow | null) => void;
  /** Told whether the view is being scrolled, by the reader or by the page. Stable. */
  onMoving: (isMoving: boolean) => void;
  onRowKey: (row: ThreadRow, event: KeyboardEvent) => void;
  renderRow: (row: ThreadRow) => ReactNode;
}

/**
 * A long thread, of which only the rows in sight are mounted. It stays at its end while it is there. What is being read
 * never moves, neither for older pages above nor for new messages below.
 */
export function VirtualThread(props: Props) {
  const { ref, rows, pages, onTopChange } = props;
  const scroller = useRef<HTMLElement>(null);
  // Until it stands where it opens, nothing that scrolls is the reader's doing.
  const isSettled = useRef(false);
  const [focusedKey, setFocusedKey] = useState<string | null>(null);
  const virtual = useVirtualRows(scroller, focusedKey, props);
  const { scrollToEnd, pin, look } = usePinnedEnd(scroller, virtual, isSettled, props);
  const { focusRow, focusLast, onKeyDown } = useRowKeys(scroller, virtual, setFocusedKey, props);
  const mayLoad = useOpening(scroller, virtual, isSettled, props, pin, look, focusRow);
  usePages(virtual, rows.length, mayLoad, pages);

  const frame = useRef(0);
  const onScroll = () => {
    look();
    if (frame.current !== 0) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      // This asks the library: to ask the document would have it laid out in the middle of a frame.
      const top = virtual.getVirtualItemForOffset(virtual.scrollOffset ?? 0);
      onTopChange((top && rows[top.index]) ?? null);
    });
  };
  useEffect(() => () => cancelAnimationFrame(frame.current), []);

  useImperativeHandle(ref, () => ({
    scrollToEnd,
    // The focus goes along: what was pressed may be out of sight now, or gone.
    scrollToKey: (key) => focusRow(rows.findIndex((row) => row.key === key), 'center'),
    focusLast,
    rowsInSight: () => {
      const element = scroller.current;
      if (!element || !isSettled.current) return null;
      return isAtEnd(element) && !pages.hasNewer ? null : rowsInSight(element);
    },
  }));

  return (
    // The thread scrolls by keyboard, so it takes the focus; its keys are those of the focused message.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={scroller}
      className={styles.scroller}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      aria-labelledby={props.labelledBy}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <ol className={styles.list} style={{ blockSize: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return (
            row && (
              // A row watches whether the focus is on it or inside it.
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
                aria-setsize={pages.hasOlder || pages.hasNewer ? -1 : rows.length}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {props.renderRow(row)}
              </li>
            )
          );
        })}
      </ol>
    </section>
  );
}

function rowsInSight(scroller: HTMLElement): RowInSight[] {
  const view = scroller.getBoundingClientRect();
  const rows: RowInSight[] = [];
  for (const row of scroller.querySelectorAll<HTMLElement>('li[data-key]')) {
    const box = row.getBoundingClientRect();
    if (box.bottom > view.top + 1 && box.top < view.bottom)
      rows.push({ key: row.dataset.key ?? '', offsetPx: box.top - view.top });
  }
  return rows;
}
