import { useEffect, useRef, useState } from 'react';
import { clockTime } from '../../lib/format';
import { preview } from '../../lib/message/preview';
import { notify } from '../../lib/notices';
import type { Message } from '../../lib/types';
import { t } from '../../words/en';

const MERGE_MS = 2000;

/** What is loaded of a thread. */
export interface Loaded {
  messages: Message[];
  /** Whether there are older messages than these. */
  hasOlder: boolean;
}

interface Props extends Loaded {
  /** What the thread was opened with: this part comes a moment later, and news may come in between. */
  opened: Loaded;
  /** A window into the past takes nothing new: whatever comes is a page of history, on either side. */
  isPast: boolean;
  name: string;
  headingId: string;
}

const statusesOf = (messages: Message[]) => new Map<string, string>(messages.map((message) => [message.id, message.status]));

/** Where no older page is left to load, a message older than all others is new. */
const oldestOf = ({ messages, hasOlder }: Loaded, since = ''): string => (hasOlder ? (messages[0]?.timestamp ?? since) : '');

/**
 * Tells screen readers which messages arrive and which fail, at most every 2 s. It is a region apart from the list:
 * there, every row that scrolling mounts would be read out as new.
 */
export default function Announcer({ opened, messages, isPast, name, headingId, hasOlder }: Props) {
  const [lines, setLines] = useState<string[]>([]);
  // The first page and older pages are history. A message that comes late stands among known ones.
  const [history] = useState(() => ({ statuses: statusesOf(opened.messages), oldest: oldestOf(opened) }));
  const known = useRef(history.statuses);
  const waiting = useRef<string[]>([]);
  const timer = useRef(0);
  const oldestTime = useRef(history.oldest);

  useEffect(() => {
    const before = known.current;
    known.current = statusesOf(messages);
    const since = oldestTime.current;
    const newest = messages.findLast((message) => before.has(message.id))?.timestamp ?? '';
    oldestTime.current = oldestOf({ messages, hasOlder }, since);
    for (const message of messages) {
      const status = before.get(message.id);
      const isNew = !isPast && status === undefined && message.timestamp >= since;
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
  }, [messages, isPast, name, hasOlder]);
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
