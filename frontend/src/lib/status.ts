import type { Message, MessageStatus } from './types';

/**
 * How far a message has come, by the server's own ranks. `unknown` has the rank of `sending`, since a late answer may
 * still settle it either way.
 */
const RANK: Record<MessageStatus, number> = {
  received: 0,
  queued: 0,
  sending: 10,
  unknown: 10,
  sent: 20,
  failed: 25,
  delivered: 30,
  read: 40,
};
const SETTLED = RANK.sent;

/**
 * The newer of two readings of one message. Answers and events come in any order, so a status that was reached is never
 * taken back. Only before `sent` may it move both ways: a claim that was refused waits again.
 */
export function mergeMessage(known: Message, incoming: Message): Message {
  const before = RANK[known.status];
  const after = RANK[incoming.status];
  if (after >= before || before < SETTLED) return incoming;
  const { status, error, sent_at, delivered_at, read_at, failed_at } = known;
  return { ...incoming, status, error, sent_at, delivered_at, read_at, failed_at };
}

export type TickShape = 'clock' | 'sent' | 'delivered' | 'read' | 'failed' | 'unknown';

const SHAPES: Partial<Record<MessageStatus, TickShape>> = {
  queued: 'clock',
  sending: 'clock',
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  failed: 'failed',
  unknown: 'unknown',
};

/** The tick of an outbound message; null for inbound ones, which have none. */
export function tickOf(message: Pick<Message, 'direction' | 'status'>): TickShape | null {
  return message.direction === 'outbound' ? (SHAPES[message.status] ?? null) : null;
}
