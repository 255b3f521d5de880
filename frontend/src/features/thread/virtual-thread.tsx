import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type ReactNode,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from 'react';
import type { ThreadRow } from '../../lib/thread-rows';
import styles from './virtual-thread.module.css';

export interface VirtualThreadHandle {
  scrollToEnd: () => void;
  scrollToKey: (key: string) => void;
}

interface Props {
  ref?: Ref<VirtualThreadHandle>;
  rows: ThreadRow[];
  labelledBy: string;
  /** The row that the thread opens at; null opens it at its end. */
  openAtKey: string | null;
  hasOlder: boolean;
  loadOlder: () => void;
  onPinnedChange: (isPinned: boolean) => void;
  renderRow: (row: ThreadRow) => ReactNode;
}

const PINNED_PX = 80;
const LOAD_OLDER_PX = 800;

/**
 * A long thread of which only what is seen is mounted. It stays at its end while it is there, and what is
 * being read never moves: not for older pages above, nor for new messages below.
 */
export function VirtualThread(props: Props) {
  const { ref, rows, labelledBy, openAtKey, hasOlder, loadOlder, onPinnedChange, renderRow } = props;
  const scroller = useRef<HTMLElement>(null);
  const isPinned = useRef(true);
  const isOpened = useRef(false);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(rows[index]),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
    paddingStart: 8,
    paddingEnd: 12,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: PINNED_PX,
  });

  // From the document's own numbers: the library's height of the view lags behind during a resize.
  const lookAtEnd = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const now = element.scrollHeight - element.scrollTop - element.clientHeight < PINNED_PX;
    if (now === isPinned.current) return;
    isPinned.current = now;
    onPinnedChange(now);
  }, [onPinnedChange]);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    requestAnimationFrame(() => {
      virtual.scrollToEnd();
      lookAtEnd();
    });
  }, [lookAtEnd, virtual]);

  useImperativeHandle(ref, () => ({
    scrollToEnd: toEnd,
    scrollToKey: (key) => {
      const index = rows.findIndex((row) => row.key === key);
      if (index >= 0) virtual.scrollToIndex(index, { align: 'center' });
    },
  }));

  useLayoutEffect(() => {
    if (isOpened.current || rows.length === 0) return;
    isOpened.current = true;
    const index = openAtKey === null ? -1 : rows.findIndex((row) => row.key === openAtKey);
    if (index >= 0) virtual.scrollToIndex(index, { align: 'start' });
    else virtual.scrollToEnd();
    requestAnimationFrame(lookAtEnd);
  }, [lookAtEnd, openAtKey, rows, virtual]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    // The composer grows, a phone's keyboard opens: the end must stay the end.
    const observer = new ResizeObserver(() => {
      if (isPinned.current) toEnd();
      else lookAtEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [lookAtEnd, toEnd]);

  const offset = virtual.scrollOffset ?? 0;
  const isNearTop = offset < LOAD_OLDER_PX;
  useEffect(() => {
    if (isOpened.current && hasOlder && isNearTop) loadOlder();
  }, [hasOlder, isNearTop, loadOlder, rows.length]);

  return (
    // The thread scrolls by keyboard, so it takes the focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section ref={scroller} className={styles.scroller} tabIndex={0} aria-labelledby={labelledBy} onScroll={lookAtEnd}>
      <ol className={styles.list} style={{ blockSize: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <li
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className={styles.item}
                aria-posinset={item.index + 1}
                aria-setsize={hasOlder ? -1 : rows.length}
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

function estimate(row: ThreadRow | undefined): number {
  if (!row || row.kind === 'day' || row.kind === 'unread') return 44;
  const text = row.kind === 'local' ? row.entry.text : (row.message.text ?? '');
  const media = row.kind === 'message' && 'media' in row.message.content ? 80 : 0;
  return 42 + media + Math.ceil(text.length / 60) * 21;
}
