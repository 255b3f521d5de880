import { useEffect, useRef, useState } from 'react';
import { clockTime } from '../../lib/format';
import { preview } from '../../lib/message/preview';
import { notify } from '../../lib/notices';
import type { Message } from '../../lib/types';
import { t } from '../../words/en';

const MERGE_MS = 2000;

interface Props {
  messages: Message[];
  name: string;
  headingId: string;
  /** Whether there are older messages than these. */
  hasOlder: boolean;
}

/**
 * Tells screen readers which messages arrive and which fail, at most every 2 s. It is a region apart from the list:
 * there, every row that scrolling mounts would be read out as new.
 */
export default function Announcer({ messages, name, headingId, hasOlder }: Props) {
  const [lines, setLines] = useState<string[]>([]);
  const known = useRef<Map<string, string> | null>(null);
  const waiting = useRef<string[]>([]);
  const timer = useRef(0);
  const oldestTime = useRef('');

  useEffect(() => {
    const before = known.current;
    known.current = new Map(messages.map((message) => [message.id, message.status]));
    const since = oldestTime.current;
    const newest = messages.findLast((message) => before?.has(message.id))?.timestamp ?? '';
    // Where no older page is left to load, a message older than all others is new.
    oldestTime.current = hasOlder ? (messages[0]?.timestamp ?? since) : '';
    // The first page and older pages are history. A message that comes late stands among known ones.
    if (before === null) return;
    for (const message of messages) {
      const status = before.get(message.id);
      const isNew = status === undefined && message.timestamp >= since;
      if (isNew && message.direction === 'inbound') {
        waiting.current.push(t.thread.announce(name, preview(message)));
        // A late message may stand out of sight, above what is being read.
        if (message.timestamp < newest) notify(t.thread.late(name, clockTime(message.timestamp)));
      }
      if (status !== undefined && status !== 'failed' && message.status === 'failed')
        waiting.current.push(message.error?.detail ?? t.bubble.failed);
    }
    if (waiting.current.length === 0 || timer.current !== 0) return;
    timer.current = window.setTimeout(() => {
      timer.current = 0;
      setLines(waiting.current);
      waiting.current = [];
    }, MERGE_MS);
  }, [messages, name, hasOlder]);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  return (
    <div role="log" aria-labelledby={headingId} className="sr-only">
      {lines.map((line, index) => (
        // Lines have no identity but their place in one announcement.
        // oxlint-disable-next-line react/no-array-index-key
        <p key={`${line}-${index}`}>{line}</p>
      ))}
    </div>
  );
}
