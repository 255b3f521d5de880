import { useState } from 'react';
import type { Message } from '../../lib/types';

/** The caller gets how many inbound messages have come since the reader left the end. */
export function useNewBelow(messages: Message[], isPinned: boolean): number {
  const lastId = messages.at(-1)?.id ?? null;
  const [seenId, setSeenId] = useState(lastId);
  // Adjusted while rendering: an effect would draw the old count first.
  if (isPinned && seenId !== lastId) setSeenId(lastId);
  const seen = messages.findIndex((message) => message.id === seenId);
  return messages.slice(seen + 1).filter((message) => message.direction === 'inbound').length;
}
