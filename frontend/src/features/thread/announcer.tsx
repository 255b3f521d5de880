import { useEffect, useRef, useState } from 'react';
import { preview } from '../../lib/preview';
import type { Message } from '../../lib/types';
import { t } from '../../messages/en';

const MERGE_MS = 2000;

interface Props {
  messages: Message[];
  name: string;
  headingId: string;
}

/**
 * Tells screen readers of what arrives and of what fails, at most every 2 s. A region of its own: in the
 * list itself every row that scrolling mounts would be read out as new.
 */
export function Announcer({ messages, name, headingId }: Props) {
  const [lines, setLines] = useState<string[]>([]);
  const known = useRef<Map<string, string> | null>(null);
  const waiting = useRef<string[]>([]);
  const timer = useRef(0);
  const newestTime = useRef('');

  useEffect(() => {
    const before = known.current;
    known.current = new Map(messages.map((message) => [message.id, message.status]));
    const since = newestTime.current;
    newestTime.current = messages.at(-1)?.timestamp ?? since;
    // The first page is history, and so are older pages.
    if (before === null) return;
    for (const message of messages) {
      const status = before.get(message.id);
      const isNew = status === undefined && message.timestamp >= since;
      if (isNew && message.direction === 'inbound')
        waiting.current.push(t.thread.announce(name, preview(message)));
      if (status !== undefined && status !== 'failed' && message.status === 'failed')
        waiting.current.push(message.error?.detail ?? t.bubble.failed);
    }
    if (waiting.current.length === 0 || timer.current !== 0) return;
    timer.current = window.setTimeout(() => {
      timer.current = 0;
      setLines(waiting.current);
      waiting.current = [];
    }, MERGE_MS);
  }, [messages, name]);
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
