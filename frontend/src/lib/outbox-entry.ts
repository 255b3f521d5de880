/** A reply that the agent has sent and the server has not yet stored. */
export interface OutboxEntry {
  clientMessageId: string;
  conversationId: string;
  phoneNumberId: string;
  text: string;
  replyTo: string | null;
  createdAt: string;
  /** Whether WhatsApp must show no preview of the reply's link. */
  noPreview?: boolean;
  /**
   * The conversation is resolved with it, as long as this message, or none, is its last one: what the agent had seen.
   * Else it is refused.
   */
  resolvesAfter?: string | null;
  /** Only a refused reply waits for the agent. Every other one is sent by itself as soon as it can be. */
  state: 'waiting' | 'sending' | 'refused';
  /** Why the server does not have it yet, in the API's words; null before the first try has failed. */
  code: string | null;
  detail: string | null;
  /** Whether the entry outlives the page. */
  isKept: boolean;
}

/**
 * The replies that the agent should know are not sent: those that were refused or tried in vain, and those that wait
 * behind them. A reply that was just written and not tried yet is none.
 */
export function unsentOf(entries: readonly OutboxEntry[]): OutboxEntry[] {
  const held = new Set(entries.filter(({ code, state }) => code !== null && state !== 'refused').map(conversationOf));
  return entries.filter((entry) => entry.state === 'refused' || held.has(conversationOf(entry)));
}

const conversationOf = (entry: OutboxEntry): string => entry.conversationId;

export const byTime = (a: OutboxEntry, b: OutboxEntry): number =>
  a.createdAt === b.createdAt ? 0 : a.createdAt < b.createdAt ? -1 : 1;

/** A time just after another one. Replies stay in order, also if the clock stands still or is put back. */
export const justAfter = (time: string): string => new Date(Date.parse(time) + 1).toISOString();

/** An entry as it is stored. The storage says by itself whether it keeps it. */
export function writeEntry(entry: OutboxEntry): string {
  const { isKept: _, ...rest } = entry;
  return JSON.stringify({ ...rest, isRefused: entry.state === 'refused' });
}

/** The entry that was stored; null if the text is none. */
export function readEntry(text: string | null, isKept: boolean): OutboxEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const part = (name: string): unknown => Reflect.get(value, name);
  const word = (name: string): string | null => {
    const given = part(name);
    return typeof given === 'string' ? given : null;
  };
  const [clientMessageId, conversationId] = [word('clientMessageId'), word('conversationId')];
  const [phoneNumberId, written, createdAt] = [word('phoneNumberId'), word('text'), word('createdAt')];
  if (!clientMessageId || !conversationId || !phoneNumberId || !written || !createdAt) return null;
  return {
    clientMessageId,
    conversationId,
    phoneNumberId,
    text: written,
    createdAt,
    replyTo: word('replyTo'),
    ...(part('noPreview') === true ? { noPreview: true } : {}),
    ...(part('resolvesAfter') === undefined ? {} : { resolvesAfter: word('resolvesAfter') }),
    code: word('code'),
    detail: word('detail'),
    state: part('isRefused') === true ? 'refused' : 'waiting',
    isKept,
  };
}
