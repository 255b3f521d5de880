import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { dayLabel } from '../../lib/format';
import { saveAnchor } from './anchors';
import type { ThreadRow } from './thread-rows';
import type { VirtualThreadHandle } from './virtual-thread';

const DAY_SHOWN_MS = 1500;
const SAVE_MS = 150;

interface ReadingPlace {
  /** The day of the row at the thread's top, while the thread is scrolled. */
  day: string | null;
  onTopChange: (row: ThreadRow | null) => void;
}

interface Timers {
  still: number;
  save: number;
  hasOpened: boolean;
}

interface Options {
  conversationId: string;
  list: RefObject<VirtualThreadHandle | null>;
  rows: ThreadRow[];
  isPinned: boolean;
  now: Date;
}

/**
 * Follows which row stands at the thread's top. It names the row's day while the day's own line is out of sight. It
 * remembers where the thread is left, unless that is the end, where a thread opens anyway. It renders once for each
 * day, not for each row or frame.
 */
export function useReadingPlace({ conversationId, list, rows, isPinned, now }: Options): ReadingPlace {
  const [day, setDay] = useState<string | null>(null);
  const timers = useRef<Timers>({ still: 0, save: 0, hasOpened: false });
  const latest = useRef({ rows, list, now });
  useEffect(() => {
    latest.current = { rows, list, now };
    if (isPinned) saveAnchor(conversationId, null);
  }, [conversationId, list, rows, now, isPinned]);

  // A layout effect: when the thread is left, its rows are still there to be looked at.
  useLayoutEffect(() => {
    const { current } = timers;
    const leave = () => save(conversationId, latest.current);
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
      window.clearTimeout(current.still);
      window.clearTimeout(current.save);
    };
  }, [conversationId]);

  const onTopChange = useCallback(
    (row: ThreadRow | null) => {
      const { current } = timers;
      // Opening a thread scrolls it too, but then the reader has not moved it.
      if (current.hasOpened) setDay(dayOf(row, latest.current.now));
      window.clearTimeout(current.still);
      current.still = window.setTimeout(() => {
        current.hasOpened = true;
        setDay(null);
      }, DAY_SHOWN_MS);
      // The place is saved also while the thread goes on moving, as it does when page after page is loaded.
      if (current.save !== 0) return;
      current.save = window.setTimeout(() => {
        current.save = 0;
        save(conversationId, latest.current);
      }, SAVE_MS);
    },
    [conversationId],
  );
  return { day, onTopChange };
}

/** The name of a message's day. A row that names the day itself needs none. */
function dayOf(row: ThreadRow | null, now: Date): string | null {
  if (!row || row.kind === 'day' || row.kind === 'unread') return null;
  return dayLabel(timeOf(row), now);
}

function timeOf(row: Exclude<ThreadRow, { kind: 'day' | 'unread' }>): string {
  if (row.kind === 'local') return row.entry.createdAt;
  if (row.kind === 'note') return row.note.created_at;
  return row.kind === 'changes' ? (row.changes[0]?.at ?? '') : row.message.timestamp;
}

/** Saves the first message in sight. A day's line above it may not be there when the thread is opened again. */
function save(conversationId: string, { rows, list }: Pick<Options, 'rows' | 'list'>): void {
  for (const { key, offsetPx } of list.current?.rowsInSight() ?? []) {
    const row = rows.find((item) => item.key === key);
    if (row?.kind === 'message') return saveAnchor(conversationId, { messageId: row.message.id, offsetPx });
  }
}
