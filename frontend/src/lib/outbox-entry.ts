/** A reply that the agent has sent and the server has not yet stored. */
export interface OutboxEntry {
  clientMessageId: string;
  conversationId: string;
  phoneNumberId: string;
  text: string;
  replyTo: string | null;
  createdAt: string;
  /** Whether WhatsApp is to show nothing of what its link leads to. */
  noPreview?: boolean;
  /** Only what was refused for good waits for the agent; all else goes by itself as soon as it can. */
  state: 'waiting' | 'sending' | 'refused';
  /** Why it is not there yet, in the API's words; null before the first try has failed. */
  code: string | null;
  detail: string | null;
  /** Whether it outlives the page. */
  isKept: boolean;
}

/**
 * What the agent should know has not gone out: what was refused, or tried in vain, and what waits behind that. A reply
 * that was just written has a moment.
 */
export function unsentOf(entries: readonly OutboxEntry[]): OutboxEntry[] {
  const held = new Set(entries.filter(({ code, state }) => code !== null && state !== 'refused').map(conversationOf));
  return entries.filter((entry) => entry.state === 'refused' || held.has(conversationOf(entry)));
}

const conversationOf = (entry: OutboxEntry): string => entry.conversationId;

export const byTime = (a: OutboxEntry, b: OutboxEntry): number =>
  a.createdAt === b.createdAt ? 0 : a.createdAt < b.createdAt ? -1 : 1;

/** A clock may stand still, or be put back: what was written later is sent later. */
export const justAfter = (time: string): string => new Date(Date.parse(time) + 1).toISOString();

/** An entry for the storage, which says by itself whether it keeps it. */
export function writeEntry(entry: OutboxEntry): string {
  const { isKept: _, ...rest } = entry;
  return JSON.stringify({ ...rest, isRefused: entry.state === 'refused' });
}

/** An entry as the storage has it; null for what is none. */
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
    code: word('code'),
    detail: word('detail'),
    state: part('isRefused') === true ? 'refused' : 'waiting',
    isKept,
  };
}
