import type { Conversation } from './types';

/** Those that have a tab of their own. */
export type Tab = 'all' | 'mine' | 'unassigned';
export type Scope = Tab | 'watching' | `team:${string}`;
export type Status = 'open' | 'snoozed' | 'resolved';
export type Sort = 'recent' | 'waiting' | 'closing';

/** Which conversations a list shows, and in which order. The server is asked for it, and events are held against it. */
export interface ListFilter {
  /** Whoever looks: their own list is another one than a colleague's. */
  me: string;
  /** Null: those of all numbers. */
  phoneNumberId: string | null;
  /** Of all numbers: null: of all workspaces. */
  workspaceId: string | null;
  scope: Scope;
  /** Null: whatever the status. */
  status: Status | null;
  /** Only what the agent has not read. */
  unread: boolean;
  /** Only what nobody has read. */
  unreadByAll: boolean;
  /** Only what the team owes an answer. */
  waiting: boolean;
  /** Only what it owes none. */
  answered: boolean;
  /** Only where the window is about to close. */
  closing: boolean;
  /** Only where the window is so. */
  window: 'open' | 'closed' | null;
  /** Only what wears every one of these. */
  labels: readonly string[];
  sort: Sort;
  search: string;
}

export const everything = (me: string, phoneNumberId: string | null, search = ''): ListFilter => ({
  ...FIRST_CHOICE,
  me,
  phoneNumberId,
  status: null,
  search,
});

const CLOSING_MS = 2 * 3600_000;

/** How many messages the agent has not read; where that is not known, how many nobody has. */
export const ownUnread = (conversation: Conversation): number => conversation.my_unread_count ?? conversation.unread_count;

/** Whether only the server can say what is in a list: what matches a text, or whom the agent follows. */
export const isServersToSay = ({ search, scope }: ListFilter): boolean => search !== '' || scope === 'watching';

/** Whether a conversation stands in a list, as the server would say: but for what only the server can say. */
export function belongs(filter: ListFilter, conversation: Conversation, now: Date): boolean {
  const { assignee, labels, team, waiting_since: waiting } = conversation;
  const worn = new Set(labels.map((label) => label.id));
  return (
    // One that was only opened, where a draft may be, is listed once there is something to show.
    (conversation.last_message ?? conversation.window_expires_at) !== null &&
    (filter.phoneNumberId === null || filter.phoneNumberId === conversation.phone_number_id) &&
    (filter.workspaceId === null || filter.workspaceId === conversation.workspace_id) &&
    (filter.scope !== 'mine' || assignee?.user_id === filter.me) &&
    (filter.scope !== 'unassigned' || assignee === null) &&
    (!filter.scope.startsWith('team:') || filter.scope === `team:${team?.id ?? ''}`) &&
    (filter.status === null || filter.status === conversation.status) &&
    (!filter.unread || ownUnread(conversation) > 0) &&
    (!filter.unreadByAll || conversation.unread_count > 0) &&
    (!filter.waiting || Boolean(waiting)) &&
    (!filter.answered || !waiting) &&
    (!filter.closing || isClosing(conversation, now)) &&
    (filter.window === null || (filter.window === 'open') === left(conversation, now) > 0) &&
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
export const LIST_PARAMETERS = ['tab', 'within', 'status', 'unread', 'waiting', 'closing', 'window', 'label', 'name', 'sort', 'view'] as const;

export type ListChoice = Omit<ListFilter, 'me' | 'phoneNumberId'> & {
  /** The saved view by which the list was opened; null: none. It narrows nothing by itself. */
  view: string | null;
};

/** As a visit begins: what is open, of everybody. */
export const FIRST_CHOICE: ListChoice = {
  scope: 'all',
  workspaceId: null,
  status: 'open',
  unread: false,
  unreadByAll: false,
  waiting: false,
  answered: false,
  closing: false,
  window: null,
  labels: [],
  search: '',
  sort: 'recent',
  view: null,
};

export function readChoice(query: URLSearchParams): ListChoice {
  const [tab, status, sort, window] = [query.get('tab'), query.get('status'), query.get('sort'), query.get('window')];
  return {
    scope: isScope(tab) ? tab : 'all',
    workspaceId: query.get('within'),
    status: status === 'any' ? null : isStatus(status) ? status : 'open',
    unread: query.get('unread') === '1',
    unreadByAll: query.get('unread') === 'all',
    waiting: query.get('waiting') === '1',
    answered: query.get('waiting') === '0',
    closing: query.get('closing') === '1',
    window: window === 'open' || window === 'closed' ? window : null,
    labels: query.getAll('label'),
    search: query.get('name') ?? '',
    sort: SORTS.includes(sort ?? '') ? (sort as Sort) : 'recent',
    view: query.get('view'),
  };
}

/** Whether somebody else's word is a scope. */
export const isScope = (said: unknown): said is Scope => typeof said === 'string' && /^(all|mine|unassigned|watching|team:.+)$/.test(said);

export const isStatus = (said: unknown): said is Status => STATUSES.includes(String(said));

/** The parameters of a choice; what is as a visit begins is not said. */
export function writeChoice(choice: ListChoice): [string, string][] {
  const said: [string, string][] = [];
  if (choice.scope !== 'all') said.push(['tab', choice.scope]);
  if (choice.workspaceId !== null) said.push(['within', choice.workspaceId]);
  if (choice.status !== 'open') said.push(['status', choice.status ?? 'any']);
  for (const name of ['unread', 'waiting', 'closing'] as const) if (choice[name]) said.push([name, '1']);
  if (choice.unreadByAll && !choice.unread) said.push(['unread', 'all']);
  if (choice.answered && !choice.waiting) said.push(['waiting', '0']);
  if (choice.window !== null) said.push(['window', choice.window]);
  for (const id of choice.labels) said.push(['label', id]);
  if (choice.search !== '') said.push(['name', choice.search]);
  if (choice.sort !== 'recent') said.push(['sort', choice.sort]);
  if (choice.view !== null) said.push(['view', choice.view]);
  return said;
}

/** How many ways of narrowing are chosen, but for the tab. */
export const narrowings = (choice: Omit<ListChoice, 'view'>): number =>
  [choice.status !== 'open', choice.unread, choice.unreadByAll, choice.waiting, choice.answered, choice.closing, choice.window !== null, choice.search !== '']
    .filter(Boolean).length + choice.labels.length;
