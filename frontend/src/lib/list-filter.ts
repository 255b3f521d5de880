import type { Conversation } from './types';

export type Scope = 'all' | 'mine' | 'unassigned';
export type Status = 'open' | 'snoozed' | 'resolved';
export type Sort = 'recent' | 'waiting' | 'closing';

/** Which conversations a list shows, and in which order. The server is asked for it, and events are held against it. */
export interface ListFilter {
  /** Whoever looks: their own list is another one than a colleague's. */
  me: string;
  /** Null: those of all numbers. */
  phoneNumberId: string | null;
  scope: Scope;
  /** Null: whatever the status. */
  status: Status | null;
  /** Only what the agent has not read. */
  unread: boolean;
  /** Only what the team owes an answer. */
  waiting: boolean;
  /** Only where the window is about to close. */
  closing: boolean;
  /** Only what wears every one of these. */
  labels: readonly string[];
  sort: Sort;
  search: string;
}

export const everything = (me: string, phoneNumberId: string | null, search = ''): ListFilter => ({
  me,
  phoneNumberId,
  scope: 'all',
  status: null,
  unread: false,
  waiting: false,
  closing: false,
  labels: [],
  sort: 'recent',
  search,
});

const CLOSING_MS = 2 * 3600_000;

/** How many messages the agent has not read; where that is not known, how many nobody has. */
export const ownUnread = (conversation: Conversation): number => conversation.my_unread_count ?? conversation.unread_count;

/**
 * Whether a conversation stands in a list, as the server would say. Of what was typed only the server can say it: that
 * is left out here.
 */
export function belongs(filter: ListFilter, conversation: Conversation, now: Date): boolean {
  const { assignee, labels } = conversation;
  const worn = new Set(labels.map((label) => label.id));
  return (
    // One that was only opened, where a draft may be, is listed once there is something to show.
    (conversation.last_message ?? conversation.window_expires_at) !== null &&
    (filter.phoneNumberId === null || filter.phoneNumberId === conversation.phone_number_id) &&
    (filter.scope !== 'mine' || assignee?.user_id === filter.me) &&
    (filter.scope !== 'unassigned' || assignee === null) &&
    (filter.status === null || filter.status === conversation.status) &&
    (!filter.unread || ownUnread(conversation) > 0) &&
    (!filter.waiting || Boolean(conversation.waiting_since)) &&
    (!filter.closing || isClosing(conversation, now)) &&
    filter.labels.every((id) => worn.has(id))
  );
}

function left(conversation: Conversation, now: Date): number {
  return conversation.window_expires_at === null ? 0 : Date.parse(conversation.window_expires_at) - now.getTime();
}

const isClosing = (conversation: Conversation, now: Date): boolean =>
  left(conversation, now) > 0 && left(conversation, now) < CLOSING_MS;

/** Whether one stands before another in a list. What has no place in the order comes behind, the latest first. */
export function isBefore(sort: Sort, a: Conversation, b: Conversation, now: Date): boolean {
  const [x, y] = [placeOf(sort, a, now), placeOf(sort, b, now)];
  if (x !== y) return y === null || (x !== null && x < y);
  const [before, after] = [a.last_message_time ?? '', b.last_message_time ?? ''];
  return before === after ? a.id > b.id : before > after;
}

function placeOf(sort: Sort, conversation: Conversation, now: Date): string | null {
  if (sort === 'waiting') return conversation.waiting_since ?? null;
  if (sort === 'closing') return left(conversation, now) > 0 ? conversation.window_expires_at : null;
  return null;
}

const STATUSES: readonly string[] = ['open', 'snoozed', 'resolved'] satisfies Status[];
const SORTS: readonly string[] = ['waiting', 'closing'] satisfies Sort[];

/** What the address says of the list, by the names of its parameters. */
export const LIST_PARAMETERS = ['tab', 'status', 'unread', 'waiting', 'closing', 'label', 'sort'] as const;

export type ListChoice = Omit<ListFilter, 'me' | 'phoneNumberId' | 'search'>;

/** As a visit begins: what is open, of everybody. */
export const FIRST_CHOICE: ListChoice = {
  scope: 'all',
  status: 'open',
  unread: false,
  waiting: false,
  closing: false,
  labels: [],
  sort: 'recent',
};

export function readChoice(query: URLSearchParams): ListChoice {
  const [tab, status, sort] = [query.get('tab'), query.get('status'), query.get('sort')];
  return {
    scope: tab === 'mine' || tab === 'unassigned' ? tab : 'all',
    status: status === 'any' ? null : STATUSES.includes(status ?? '') ? (status as Status) : 'open',
    unread: query.get('unread') === '1',
    waiting: query.get('waiting') === '1',
    closing: query.get('closing') === '1',
    labels: query.getAll('label'),
    sort: SORTS.includes(sort ?? '') ? (sort as Sort) : 'recent',
  };
}

/** The parameters of a choice; what is as a visit begins is not said. */
export function writeChoice(choice: ListChoice): [string, string][] {
  const said: [string, string][] = [];
  if (choice.scope !== 'all') said.push(['tab', choice.scope]);
  if (choice.status !== 'open') said.push(['status', choice.status ?? 'any']);
  for (const name of ['unread', 'waiting', 'closing'] as const) if (choice[name]) said.push([name, '1']);
  for (const id of choice.labels) said.push(['label', id]);
  if (choice.sort !== 'recent') said.push(['sort', choice.sort]);
  return said;
}

/** How many ways of narrowing are chosen, but for the tab. */
export const narrowings = ({ status, unread, waiting, closing, labels }: ListChoice): number =>
  Number(status !== 'open') + Number(unread) + Number(waiting) + Number(closing) + labels.length;
