import { useCallback, useEffect, useRef, useState } from 'react';
import { saveAnchor } from '../../lib/anchors';
import { dayLabel } from '../../lib/format';
import type { ThreadRow } from '../../lib/thread-rows';
import type { TopRow } from './virtual-thread';

const DAY_SHOWN_MS = 1500;
const SAVE_MS = 150;

interface ReadingPlace {
  /** While the thread is scrolled: the day of what stands at its top. */
  day: string | null;
  onTopChange: (top: TopRow | null) => void;
}

interface Timers {
  still: number;
  save: number;
  hasOpened: boolean;
  top: TopRow | null;
}

/**
 * Follows what stands at the thread's top: names its day while its own line is out of sight, and remembers
 * where the thread is left, unless that is at its end: then it opens there. Renders once for each row, not for
 * each frame.
 */
export function useReadingPlace(conversationId: string, rows: ThreadRow[], isPinned: boolean, now: Date): ReadingPlace {
  const [topKey, setTopKey] = useState<string | null>(null);
  const [isMoving, setMoving] = useState(false);
  const timers = useRef<Timers>({ still: 0, save: 0, hasOpened: false, top: null });
  const latest = useRef({ rows, isPinned });
  useEffect(() => {
    latest.current = { rows, isPinned };
    if (isPinned) saveAnchor(conversationId, null);
  }, [conversationId, rows, isPinned]);
  useEffect(() => {
    const { current } = timers;
    return () => {
      window.clearTimeout(current.still);
      window.clearTimeout(current.save);
    };
  }, []);

  const onTopChange = useCallback(
    (top: TopRow | null) => {
      const { current } = timers;
      setTopKey(top?.key ?? null);
      // To open a thread scrolls it too: that is no movement of the reader's.
      if (current.hasOpened) setMoving(true);
      window.clearTimeout(current.still);
      current.still = window.setTimeout(() => {
        current.hasOpened = true;
        setMoving(false);
      }, DAY_SHOWN_MS);
      // Also while it goes on moving, as it does under pages that come one after the other.
      current.top = top;
      if (current.save !== 0) return;
      current.save = window.setTimeout(() => {
        current.save = 0;
        if (!latest.current.isPinned) save(conversationId, latest.current.rows, current.top);
      }, SAVE_MS);
    },
    [conversationId],
  );
  const row = isMoving && topKey !== null ? rows.find((item) => item.key === topKey) : undefined;
  if (!row || row.kind === 'day' || row.kind === 'unread') return { day: null, onTopChange };
  const time = row.kind === 'local' ? row.entry.createdAt : row.message.timestamp;
  return { day: dayLabel(time, now), onTopChange };
}

function save(conversationId: string, rows: ThreadRow[], top: TopRow | null): void {
  const at = top === null ? -1 : rows.findIndex((row) => row.key === top.key);
  const row = at === -1 ? undefined : rows.slice(at).find((item) => item.kind === 'message');
  if (!top || row?.kind !== 'message') return;
  // For a day's line the message below it stands for the place.
  saveAnchor(conversationId, { messageId: row.message.id, offsetPx: row.key === top.key ? top.offsetPx : 0 });
}
