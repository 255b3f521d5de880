import { useEffect } from 'react';
import { useAttention } from '../../hooks/browser';
import { attendanceLock } from './attendance';

/** Lets the browser's other tabs know that somebody looks at this conversation: they keep quiet about it. */
export function useAttendance(conversationId: string): void {
  const isAttended = useAttention();
  useEffect(() => {
    if (!isAttended || !('locks' in navigator)) return;
    const left = new AbortController();
    navigator.locks
      .request(attendanceLock(conversationId), { mode: 'shared', signal: left.signal }, () => {
        return new Promise<void>((resolve) => left.signal.addEventListener('abort', () => resolve()));
      })
      .catch(() => {
        // Left before the lock was given.
      });
    return () => left.abort();
  }, [conversationId, isAttended]);
}
