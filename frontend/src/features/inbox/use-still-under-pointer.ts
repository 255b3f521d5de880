import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { Conversation } from '../../lib/types';

// A pointer that was left lying is nobody's aim.
const REST_MS = 10_000;

interface StillList {
  shown: Conversation[];
  onPointerMove: (event: PointerEvent) => void;
  onPointerLeave: () => void;
}

/**
 * While a mouse is over the list its order stands still, so that a click meets the row that was aimed at.
 * What the rows say goes on changing; a conversation that is new waits until the pointer has left.
 */
export function useStillUnderPointer(conversations: Conversation[]): StillList {
  const [order, setOrder] = useState<string[] | null>(null);
  const timer = useRef(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const shown = useMemo(() => (order === null ? conversations : inOrder(conversations, order)), [conversations, order]);
  return {
    shown,
    onPointerMove: (event) => {
      if (event.pointerType !== 'mouse') return;
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => setOrder(null), REST_MS);
      if (order === null) setOrder(conversations.map((item) => item.id));
    },
    onPointerLeave: () => {
      window.clearTimeout(timer.current);
      setOrder(null);
    },
  };
}

/** The list in an order that was; what has been loaded since stands behind it, as it does in the list. */
export function inOrder(conversations: Conversation[], order: readonly string[]): Conversation[] {
  const byId = new Map(conversations.map((item) => [item.id, item]));
  const kept = order.map((id) => byId.get(id)).filter((item) => item !== undefined);
  const known = new Set(order);
  const lastKnown = conversations.findLastIndex((item) => known.has(item.id));
  return [...kept, ...conversations.slice(lastKnown + 1)];
}
