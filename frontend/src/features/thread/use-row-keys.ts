import type { KeyboardEvent, RefObject } from 'react';
import { isComposing } from '../../lib/typing';
import type { ThreadRow } from './thread-rows';
import { SETTLING_FRAMES, type VirtualRows } from './use-virtual-rows';

interface Options {
  rows: ThreadRow[];
  /** Every other key that is pressed on a row. */
  onRowKey: (row: ThreadRow, event: KeyboardEvent) => void;
}

interface RowKeys {
  /** Scrolls to a row, and gives it the focus once it is mounted. */
  focusRow: (index: number, align?: 'auto' | 'center') => void;
  focusLast: () => void;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

/**
 * Moves the focus from message to message by arrows, Home and End, past days and lines. The caller gets the handler
 * of the list's keys, and what gives the focus to a row that may not be mounted yet. `onFocusing` is told the key of
 * that row before, so that it is kept mounted.
 */
export function useRowKeys(
  scrollerRef: RefObject<HTMLElement | null>,
  virtual: VirtualRows,
  onFocusing: (key: string) => void,
  { rows, onRowKey }: Options,
): RowKeys {
  const focusRow = (index: number, align: 'auto' | 'center' = 'auto') => {
    const row = rows[index];
    if (!row) return;
    onFocusing(row.key);
    virtual.scrollToIndex(index, { align });
    let frames = SETTLING_FRAMES;
    const attempt = () => {
      const element = scrollerRef.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
      if (element) element.focus({ preventScroll: true });
      else if (frames-- > 0) requestAnimationFrame(attempt);
    };
    requestAnimationFrame(attempt);
  };

  const focusNext = (from: number, step: 1 | -1) => {
    let at = from + step;
    while (rows[at] && !isFocusable(rows[at])) at += step;
    focusRow(at);
  };
  const focusLast = () => focusNext(rows.length, -1);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (isComposing(event) || event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    // A dialog that a row has opened lies over the thread, and Escape is the dialog's own.
    if (target.closest('dialog')) return;
    const isOnRow = target.parentElement?.parentElement === scrollerRef.current && target.dataset.index !== undefined;
    const at = isOnRow ? Number(target.dataset.index) : rows.length;
    if (!isOnRow && target !== scrollerRef.current) {
      // From a button inside a row, Escape leads back to the row.
      if (event.key !== 'Escape') return;
      target.closest<HTMLElement>('[data-index]')?.focus();
    } else if (event.key === 'ArrowUp') focusNext(at, -1);
    else if (!isOnRow) return;
    else if (event.key === 'ArrowDown') focusNext(at, 1);
    else if (event.key === 'Home') focusNext(-1, 1);
    else if (event.key === 'End') focusLast();
    else {
      const row = rows[at];
      if (row) onRowKey(row, event);
      return;
    }
    event.preventDefault();
  };

  return { focusRow, focusLast, onKeyDown };
}

/** Whether the focus stops at a row. */
export const isFocusable = (row: ThreadRow | undefined): boolean => row?.kind === 'message' || row?.kind === 'local' || row?.kind === 'note';
