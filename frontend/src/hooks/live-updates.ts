import type { Query, QueryClient } from '@tanstack/react-query';
import {
  type ConversationListData,
  type LiveEvent,
  type LiveState,
  type ThreadData,
  applyEvent,
  putMessage,
  removedId,
} from '../lib/apply-event';
import { applyToMembers, applyToNotifications, applyToNumbers } from '../lib/apply-told';
import { keys } from '../lib/keys';
import type { ListFilter } from '../lib/list-filter';
import { loseSight, regainSight } from '../lib/out-of-sight';
import { mergeMessage } from '../lib/status';
import type { Conversation, Member, Message, Notification, PhoneNumber } from '../lib/types';

/**
 * Put an event into the query cache, or into one query of it; what does not change is not touched, and nothing
 * renders for it.
 */
export function applyToCache(client: QueryClient, event: LiveEvent, only?: Query): void {
  const before = readState(client, event, only);
  const after = applyEvent(before, event);
  for (const [index, { filter, data }] of after.lists.entries())
    if (data !== before.lists[index]?.data) client.setQueryData(keys.conversationList(filter), data);
  for (const [id, data] of Object.entries(after.threads))
    if (data !== before.threads[id]) client.setQueryData(keys.thread(id), data);
  for (const [id, data] of Object.entries(after.conversations))
    if (data !== before.conversations[id]) client.setQueryData(keys.conversation(id), data);
  if (event.message !== null) refreshWindows(client, event.message, only);
  client.setQueriesData<Notification[]>({ queryKey: keys.notifications(), ...limitedTo(only) }, (known) =>
    applyToNotifications(known, event),
  );
  if (event.type === 'presence.updated')
    client.setQueriesData<Member[]>({ queryKey: keys.members(String(event.data?.workspace_id)), ...limitedTo(only) }, (known) =>
      applyToMembers(known, event),
    );
  if (event.type === 'counts.updated')
    client.setQueriesData<PhoneNumber[]>({ queryKey: keys.phoneNumbers(), ...limitedTo(only) }, (known) => applyToNumbers(known, event));
  const removed = removedId(event);
  if (removed !== null && (only === undefined || only.queryKey.includes(removed))) forget(client, removed);
  // It was handed back while the page was open: what was forgotten of it is loaded when it is opened.
  const shown = event.conversation?.id;
  if (shown !== undefined && regainSight(shown)) void client.invalidateQueries({ queryKey: keys.conversation(shown) });
  // What is on its way is asked for anew by this, too.
  if (only === undefined && (event.type === 'members.updated' || event.type === 'catalog.updated')) refetchNames(client);
}

/**
 * Whether a list shows the event's conversation as events alone tell it: several people share them, so what the agent
 * has read of it is not known yet.
 */
export function lacksOwn(client: QueryClient, { conversation }: LiveEvent): boolean {
  if (conversation === null) return false;
  return listed(client).some((item) => item.id === conversation.id && (item.read_total ?? null) === null);
}

/** A conversation as the cache has it; undefined: neither a list nor the open place shows it. */
export function cachedConversation(client: QueryClient, id: string): Conversation | undefined {
  const alone = client.getQueryData<Conversation>(keys.conversation(id));
  return alone ?? listed(client).find((item) => item.id === id);
}

const listed = (client: QueryClient): Conversation[] =>
  client
    .getQueriesData<ConversationListData>({ queryKey: keys.conversations() })
    .flatMap(([, data]) => data?.pages ?? [])
    .flatMap((page) => page.conversations);

/** Nothing of a conversation that is out of sight stays on this machine, but for what its reader has written. */
function forget(client: QueryClient, id: string): void {
  loseSight(id);
  client.removeQueries({
    predicate: ({ queryKey, state }) => {
      const about = (state.data as { conversation_id?: unknown } | undefined)?.conversation_id;
      return (queryKey[0] !== 'conversation' && queryKey.includes(id)) || about === id;
    },
  });
  // What was found may be of it, too.
  void client.resetQueries({ queryKey: keys.searches() });
  // The open place asks once more, and is told that there is none.
  void client.resetQueries({ queryKey: keys.conversation(id), exact: true });
}

/**
 * People, teams and labels have new names, or somebody sees more or less than before. Conversations are shown with the
 * names, so they are loaded again too, but no messages.
 */
function refetchNames(client: QueryClient): void {
  void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'threads' && queryKey[0] !== 'message' });
}

/** A window into a thread's past takes changes of what it shows, and nothing new. */
function refreshWindows(client: QueryClient, message: Message, only?: Query): void {
  const windows = client.getQueriesData<ThreadData>({
    queryKey: keys.threadWindows(message.conversation_id),
    ...limitedTo(only),
  });
  for (const [key, data] of windows) {
    const changed = data && putMessage(data, message, false);
    if (changed !== data) client.setQueryData(key, changed);
  }
  for (const [key, alone] of client.getQueriesData<Message>({ queryKey: keys.message(message.id), ...limitedTo(only) }))
    if (alone) client.setQueryData(key, mergeMessage(alone, message));
}

const limitedTo = (only: Query | undefined) =>
  only === undefined ? {} : { predicate: (query: Query) => query === only };

function readState(client: QueryClient, event: LiveEvent, only?: Query): LiveState {
  const state: LiveState = { lists: [], conversations: {}, threads: {} };
  const limit = limitedTo(only);
  const lists = { queryKey: keys.conversations(), ...limit };
  for (const [key, data] of client.getQueriesData<ConversationListData>(lists))
    // The factory in keys.ts makes this key of two parts, the second a filter.
    if (data) state.lists.push({ filter: key[1] as ListFilter, data });
  const read = event.type === 'read.updated' ? String(event.data?.conversation_id) : undefined;
  for (const id of new Set([event.message?.conversation_id, event.conversation?.id, read])) {
    if (id === undefined) continue;
    for (const [, thread] of client.getQueriesData<ThreadData>({ queryKey: keys.thread(id), ...limit }))
      if (thread) state.threads[id] = thread;
    for (const [, conversation] of client.getQueriesData<Conversation>({ queryKey: keys.conversation(id), ...limit }))
      if (conversation) state.conversations[id] = conversation;
  }
  return state;
}

/** Load again all that is on screen: after a gap, a sleep, or a lost network. */
export function refetchAll(client: QueryClient): void {
  void client.invalidateQueries();
}
