import { daysAgo } from '../../lib/format';
import { isSystemLine } from '../../lib/message/content';
import type { OutboxEntry } from '../../lib/outbox-entry';
import type { Change, Message, Note } from '../../lib/types';
import type { MarginEntry } from './margin';

export type ThreadRow =
  | { kind: 'day'; key: string; time: string }
  /** `time` names the day, which stands with the line unless the line of the day is right above it. */
  | { kind: 'unread'; key: string; time: string | null }
  | { kind: 'system'; key: string; message: Message }
  | { kind: 'message'; key: string; message: Message; startsGroup: boolean; endsGroup: boolean }
  | { kind: 'note'; key: string; note: Note }
  /** What one act changed. */
  | { kind: 'changes'; key: string; changes: Change[] }
  | { kind: 'local'; key: string; entry: OutboxEntry; startsGroup: boolean; endsGroup: boolean };

const GROUP_MS = 5 * 60_000;
const NONE: ReadonlySet<string> = new Set();

const hasTrouble = (message: Message): boolean => message.status === 'failed' || message.status === 'unknown';

/** Our own reactions stand on the bubble that they are about. One that failed has a row, so that the agent knows. */
const isShown = (message: Message, dismissed: ReadonlySet<string>): boolean =>
  hasTrouble(message) ? !dismissed.has(message.id) : message.message_type !== 'reaction';

interface Item {
  key: string;
  time: string;
  side: string;
  message: Message | null;
  entry: OutboxEntry | null;
  note?: Note;
  changes?: Change[];
}

/**
 * The rows of a thread, from top to bottom. A row keeps its key when the server's message takes the place of the local
 * one, so that it is not mounted anew.
 *
 * While there are older messages than these, the first day has no line. The day need not begin here, and a line that
 * goes when the older messages come would move what is being read.
 */
export function threadRows(
  messages: readonly Message[],
  outbox: readonly OutboxEntry[],
  firstUnreadId: string | null,
  dismissed: ReadonlySet<string> = NONE,
  hasOlder = false,
  margin: readonly MarginEntry[] = [],
  userId = '',
): ThreadRow[] {
  const stored = new Set(messages.map((message) => message.client_message_id));
  const shown = messages.filter((message) => isShown(message, dismissed)).map((message) => itemOfMessage(message, userId));
  const items: Item[] = [
    ...withMargin(shown, margin),
    ...outbox.filter((entry) => !stored.has(entry.clientMessageId)).map(itemOfEntry),
  ];
  const rows: ThreadRow[] = [];
  for (const [index, item] of items.entries()) {
    const previous = items[index - 1];
    const isNewDay = !previous || daysAgo(previous.time, new Date(item.time)) !== 0;
    const isUnread = item.message !== null && item.message.id === firstUnreadId;
    const hasDay = isNewDay && (previous !== undefined || !hasOlder);
    if (hasDay) rows.push({ kind: 'day', key: `day-${item.key}`, time: item.time });
    // A thread opens at this line. Without the day, a message of August would read as today's.
    if (isUnread) rows.push({ kind: 'unread', key: 'unread', time: hasDay ? null : item.time });
    const next = items[index + 1];
    const startsGroup = isNewDay || isUnread || !previous || !areGrouped(previous, item);
    const endsGroup = !next || !areGrouped(item, next) || daysAgo(item.time, new Date(next.time)) !== 0;
    rows.push(rowOf(item, startsGroup, endsGroup));
  }
  return rows;
}

/** The messages with what stands between them, each where its time is; what one act changed stands as one. */
function withMargin(items: readonly Item[], margin: readonly MarginEntry[]): Item[] {
  if (margin.length === 0) return [...items];
  const between: Item[] = [];
  for (const entry of margin) {
    const last = between.at(-1)?.changes;
    const base = { key: entry.id, time: entry.at, side: entry.id, message: null, entry: null };
    if (entry.kind === 'note') between.push({ ...base, note: entry.note });
    else if (last?.[0]?.operation_id === entry.change.operation_id) last.push(entry.change);
    else between.push({ ...base, changes: [entry.change] });
  }
  const all: Item[] = [];
  let next = 0;
  for (const item of items) {
    for (let one = between[next]; one && one.time < item.time; one = between[++next]) all.push(one);
    all.push(item);
  }
  return [...all, ...between.slice(next)];
}

function rowOf(item: Item, startsGroup: boolean, endsGroup: boolean): ThreadRow {
  const { key, message, entry, note, changes } = item;
  if (note) return { kind: 'note', key, note };
  if (changes) return { kind: 'changes', key, changes };
  if (entry) return { kind: 'local', key, entry, startsGroup, endsGroup };
  if (!message) throw new Error('a row is a message or an entry of the outbox');
  if (isSystemLine(message)) return { kind: 'system', key, message };
  return { kind: 'message', key, message, startsGroup, endsGroup };
}

function itemOfMessage(message: Message, userId: string): Item {
  const breaks = isSystemLine(message) || hasTrouble(message);
  // What is ours is grouped with what is still on its way.
  const colleague = message.sent_by?.id === userId ? null : message.sent_by?.id;
  return {
    key: message.client_message_id ?? message.id,
    time: message.timestamp,
    side: breaks ? message.id : (colleague ?? message.direction),
    message,
    entry: null,
  };
}

function itemOfEntry(entry: OutboxEntry): Item {
  const side = entry.state === 'refused' ? entry.clientMessageId : 'outbound';
  return { key: entry.clientMessageId, time: entry.createdAt, side, message: null, entry };
}

function areGrouped(a: Item, b: Item): boolean {
  return a.side === b.side && Math.abs(Date.parse(b.time) - Date.parse(a.time)) <= GROUP_MS;
}
