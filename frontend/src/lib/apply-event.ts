import type { InfiniteData } from '@tanstack/react-query';
import { belongs, isBefore, isServersToSay, type ListFilter } from './list-filter';
import { mergeMessage } from './status';
import type { Conversation, ConversationPage, Message, MessagePage } from './types';

/** The server's word on one change. Both parts are as a fresh fetch would give them. */
export interface LiveEvent {
  type: EventType;
  message: Message | null;
  conversation: Conversation | null;
  /** What an event carries that has neither of them, as it came. */
  data?: Record<string, unknown>;
}

/** Those that the page knows; of any other it takes no notice. */
export const EVENT_TYPES = [
  'message.created',
  'message.updated',
  'conversation.updated',
  'conversation.removed',
  'change.created',
  'read.updated',
  'note.created',
  'note.updated',
  'notification.created',
  'notification.done',
  'presence.updated',
  'viewers.updated',
  'members.updated',
  'catalog.updated',
  'counts.updated',
  'job.updated',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** The id of the conversation that has gone out of the agent's sight by this event; null: none has. */
export function removedId({ type, data }: LiveEvent): string | null {
  return type === 'conversation.removed' && typeof data?.id === 'string' ? data.id : null;
}

export type ConversationListData = InfiniteData<ConversationPage, string | null>;
export type ThreadData = InfiniteData<MessagePage, string | null>;

/** The part of the cache that events change. Lists are newest first, in pages; so are a thread's pages. */
export interface LiveState {
  lists: { filter: ListFilter; data: ConversationListData }[];
  conversations: Record<string, Conversation>;
  threads: Record<string, ThreadData>;
}

/**
 * The caller gets the state after an event. The function is pure, and the same event again changes nothing. Parts that
 * do not change keep their identity. An event that is older than what is known takes nothing back.
 */
export function applyEvent(state: LiveState, event: LiveEvent): LiveState {
  let next = state;
  const removed = removedId(event);
  if (removed !== null) next = withoutConversation(next, removed);
  const read = conversationRead(state, event);
  if (read !== null) next = withConversation(next, read);
  if (event.message !== null) next = withMessage(next, event.message, event.type === 'message.created');
  if (event.conversation !== null) next = withConversation(next, event.conversation);
  return next;
}

/** What the agent has read on another device, on the conversation as it is known; null: it is about nothing known. */
function conversationRead(state: LiveState, { type, data }: LiveEvent): Conversation | null {
  if (type !== 'read.updated' || typeof data?.read_total !== 'number') return null;
  const id = String(data.conversation_id);
  const listed = state.lists.flatMap((list) => list.data.pages).flatMap((page) => page.conversations);
  const known: Conversation | undefined = state.conversations[id] ?? listed.find((item) => item.id === id);
  return known ? { ...known, ...ownOf(known.counted_total ?? 0, data.read_total) } : null;
}

const ownOf = (counted_total: number, read_total: number) => ({
  read_total,
  my_unread_count: Math.max(0, counted_total - read_total),
});

/** What is out of sight stands in no list; the caller forgets what else is known of it. */
function withoutConversation(state: LiveState, id: string): LiveState {
  const lists = state.lists.map(({ filter, data }) => {
    const isThere = data.pages.some((page) => page.conversations.some((item) => item.id === id));
    if (!isThere) return { filter, data };
    return { filter, data: without(data, id) };
  });
  return { ...state, lists };
}

function withMessage(state: LiveState, message: Message, isNew: boolean): LiveState {
  const thread = state.threads[message.conversation_id];
  const changed = thread && putMessage(thread, message, isNew);
  const lists = state.lists.map(({ filter, data }) => ({ filter, data: refreshLast(data, message) }));
  return {
    lists: sameItems(state.lists, lists) ? state.lists : lists,
    conversations: state.conversations,
    threads:
      changed && changed !== thread
        ? { ...state.threads, [message.conversation_id]: changed }
        : state.threads,
  };
}

function sameItems(a: LiveState['lists'], b: LiveState['lists']): boolean {
  return a.every((item, index) => item.data === b[index]?.data);
}

const isSame = (a: Message, b: Message): boolean =>
  a.id === b.id || (a.client_message_id !== null && a.client_message_id === b.client_message_id);

/** The caller gets the thread with the message replaced, or added in its place near the end if it was not there. */
export function putMessage(thread: ThreadData, message: Message, isNew: boolean): ThreadData {
  for (const [at, page] of thread.pages.entries()) {
    const index = page.messages.findIndex((known) => isSame(known, message));
    const known = page.messages[index];
    if (known === undefined) continue;
    const merged = mergeMessage(known, message);
    if (JSON.stringify(merged) === JSON.stringify(known)) return thread;
    return replacePage(thread, at, { ...page, messages: page.messages.with(index, merged) });
  }
  const newest = thread.pages[0];
  // A message that is not loaded is seen with its change when its page is loaded.
  if (newest === undefined || !isNew) return thread;
  // Events come in the order in which messages were stored, which is the order in which they are read.
  const isUnread = message.direction === 'inbound' && message.origin === 'customer';
  const last_unread_id = isUnread ? message.id : newest.last_unread_id;
  const place = newest.messages.findLastIndex((known) => known.timestamp <= message.timestamp) + 1;
  // A message older than all that are loaded belongs to a page further back.
  if (place === 0 && newest.messages.length > 0 && newest.total > newest.messages.length) return thread;
  const messages = newest.messages.toSpliced(place, 0, message);
  const first_unread_id =
    newest.first_unread_id ?? (message.direction === 'inbound' ? message.id : null);
  return replacePage(thread, 0, { ...newest, messages, total: newest.total + 1, first_unread_id, last_unread_id });
}

function replacePage(thread: ThreadData, at: number, page: MessagePage): ThreadData {
  return { ...thread, pages: thread.pages.with(at, page) };
}

function refreshLast(data: ConversationListData, message: Message): ConversationListData {
  for (const [at, page] of data.pages.entries()) {
    const index = page.conversations.findIndex((item) => item.last_message?.id === message.id);
    const item = page.conversations[index];
    if (!item?.last_message) continue;
    const merged = mergeMessage(item.last_message, message);
    if (JSON.stringify(merged) === JSON.stringify(item.last_message)) return data;
    const conversations = page.conversations.with(index, { ...item, last_message: merged });
    return { ...data, pages: data.pages.with(at, { ...page, conversations }) };
  }
  return data;
}

function withConversation(state: LiveState, conversation: Conversation): LiveState {
  const known = state.conversations[conversation.id];
  const kept = known ? newer(known, conversation) : conversation;
  const thread = state.threads[conversation.id];
  const newest = thread?.pages[0];
  // What a colleague has read is read for the team, and the agent's line stays where it is.
  const mine = kept.my_unread_count ?? kept.unread_count;
  const first_unread_id = mine ? newest?.first_unread_id : null;
  const last_unread_id = mine || kept.unread_count ? newest?.last_unread_id : null;
  const isReadNow = newest && (first_unread_id !== newest.first_unread_id || last_unread_id !== newest.last_unread_id);
  return {
    threads:
      thread && isReadNow
        ? { ...state.threads, [conversation.id]: replacePage(thread, 0, { ...newest, first_unread_id, last_unread_id } as MessagePage) }
        : state.threads,
    conversations:
      // A conversation that nobody has opened is loaded when somebody opens it.
      known && JSON.stringify(known) !== JSON.stringify(kept)
        ? { ...state.conversations, [conversation.id]: kept }
        : state.conversations,
    lists: state.lists.map(({ filter, data }) => ({ filter, data: placeInList(filter, data, kept) })),
  };
}

/**
 * The newer of two readings of one conversation. What the team changes raises its version, which never falls; messages
 * do not, so between readings of one version the last activity decides.
 */
function newer(known: Conversation, incoming: Conversation): Conversation {
  if (incoming.version < known.version) return known;
  const isOlder = (incoming.last_message_time ?? '') < (known.last_message_time ?? '');
  if (isOlder && incoming.version === known.version) return known;
  // Several people share an event: what is the agent's own is worked out by what they were told before.
  const own = known.read_total ?? null;
  const isShared = own !== null && (incoming.read_total ?? null) === null;
  const next = isShared ? { ...incoming, ...ownOf(incoming.counted_total ?? 0, own) } : incoming;
  const [before, after] = [known.last_message, incoming.last_message];
  if (before && after && before.id === after.id) return { ...next, last_message: mergeMessage(before, after) };
  return next;
}

function placeInList(filter: ListFilter, data: ConversationListData, conversation: Conversation): ConversationListData {
  let shown = conversation;
  let wasThere = false;
  for (const page of data.pages) {
    const known = page.conversations.find((item) => item.id === conversation.id);
    if (!known) continue;
    wasThere = true;
    shown = newer(known, conversation);
    if (JSON.stringify(shown) === JSON.stringify(known)) return data;
  }
  // To a list of which only the server can say what is in it, nothing is added, and a search loses nothing either. A
  // conversation that was just read stays in the list of the unread until that is loaded again, since the agent may be
  // pointing at it.
  const now = new Date();
  const stays = belongs({ ...filter, unread: filter.unread && !wasThere }, shown, now);
  if (stays && (wasThere || !isServersToSay(filter))) return insertSorted(filter, data, shown, now);
  return wasThere && filter.search === '' ? without(data, conversation.id) : data;
}

function without(data: ConversationListData, id: string): ConversationListData {
  const pages = data.pages.map((page) => ({ ...page, conversations: page.conversations.filter((item) => item.id !== id) }));
  return { ...data, pages };
}

function insertSorted(filter: ListFilter, data: ConversationListData, conversation: Conversation, now: Date): ConversationListData {
  let placed = false;
  const pages = data.pages.map((page, at) => {
    let items = page.conversations.filter((item) => item.id !== conversation.id);
    const isLast = at === data.pages.length - 1;
    const found = items.findIndex((item) => isBefore(filter.sort, conversation, item, now));
    // A conversation behind the last loaded page is left out while there are more pages. It comes with one of them.
    const place = found === -1 && isLast && page.next_cursor === null ? items.length : found;
    if (!placed && place !== -1) {
      items = items.toSpliced(place, 0, conversation);
      placed = true;
    }
    const same =
      items.length === page.conversations.length &&
      items.every((item, index) => item === page.conversations[index]);
    return same ? page : { ...page, conversations: items };
  });
  return { ...data, pages };
}
