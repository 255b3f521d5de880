import { type Query, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type ApiClient, bodyOf, type TokenSource } from '../lib/api';
import {
  type ConversationListData,
  type LiveEvent,
  type LiveState,
  type ThreadData,
  applyEvent,
  putMessage,
  removedId,
} from '../lib/apply-event';
import { applyToMembers, applyToNotifications } from '../lib/apply-told';
import { atMostEvery } from '../lib/at-most-every';
import { onServer } from '../lib/base';
import { tellHearers } from '../lib/event-hub';
import { InFlight } from '../lib/in-flight';
import { keys } from '../lib/keys';
import { lineLives } from '../lib/line';
import { type ListFilter, ownUnread } from '../lib/list-filter';
import type { StreamStatus } from '../lib/live-events';
import { loseSight, regainSight } from '../lib/out-of-sight';
import { SharedStream } from '../lib/shared-stream';
import { mergeMessage } from '../lib/status';
import type { Conversation, Member, Message, Notification } from '../lib/types';

const POLL_MS = 3000;
// A hidden tab's timers may run once a minute: a longer pause is a sleep.
const BEAT_MS = 5000;
const ASLEEP_MS = 90_000;
// What events change in the counts of a number is asked for, however many there are.
const NUMBERS_EVERY_MS = 500;
const COUNTS_EVERY_MS = 2000;
const EVENTS_URL = onServer('/api/live-chat/events');

/**
 * Put an event into the query cache, or into one query of it; what does not change is not touched, and nothing
 * renders for it.
 */
export function applyToCache(client: QueryClient, event: LiveEvent, only?: Query): void {
  const before = readState(client, event, only);
  const after = applyEvent(before, event);
  if (only === undefined && changesCounts(before, event)) recount(client);
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
  const removed = removedId(event);
  if (removed !== null && (only === undefined || only.queryKey.includes(removed))) forget(client, removed);
  // It was handed back while the page was open: what was forgotten of it is loaded when it is opened.
  const shown = event.conversation?.id;
  if (shown !== undefined && regainSight(shown)) void client.invalidateQueries({ queryKey: keys.conversation(shown) });
  // What is on its way is asked for anew by this, too.
  if (only === undefined && (event.type === 'members.updated' || event.type === 'catalog.updated')) refetchNames(client);
}

/** Nothing of a conversation that is out of sight stays on this machine, but for what its reader has written. */
function forget(client: QueryClient, id: string): void {
  loseSight(id);
  client.removeQueries({
    predicate: ({ queryKey, state }) => {
      const about = (state.data as { conversation_id?: unknown } | undefined)?.conversation_id;
      return (queryKey[0] !== 'conversation' && queryKey.includes(id)) || about === id;
    },
  });
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

/** Whether a tab may have another count now. Most messages change none. */
function changesCounts({ lists, conversations }: LiveState, { type, conversation }: LiveEvent): boolean {
  if (conversation === null) return type === 'conversation.removed' || type === 'read.updated';
  const { id } = conversation;
  const listed = lists.flatMap((list) => list.data.pages).flatMap((page) => page.conversations);
  const known = conversations[id] ?? listed.find((item) => item.id === id);
  if (known === undefined) return true;
  const counted = (one: Conversation) =>
    JSON.stringify([one.status, one.assignee?.user_id, !one.waiting_since, one.window_expires_at === null, ownUnread(one) > 0]);
  return counted(known) !== counted(conversation);
}

const recounts = new WeakMap<QueryClient, ReturnType<typeof atMostEvery>>();

/** The counts of the tabs are asked for again, however much happens, once in a few seconds. */
function recount(client: QueryClient): void {
  const known = recounts.get(client) ?? atMostEvery(COUNTS_EVERY_MS, () => void client.invalidateQueries({ queryKey: keys.allCounts() }));
  recounts.set(client, known);
  known.ask();
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

interface Options {
  api: ApiClient;
  tokens: TokenSource;
  userId: string;
  phoneNumberId: string | null;
  conversationId: string | null;
  onSignedOut: () => void;
  /** Everything that happens, in every tab: what is to be told is told from here. Stable. */
  onEvent: (event: LiveEvent) => void;
}

/** Keeps the cache up to date: by the event stream, or by asking every 3 s where there is none. */
export function useLiveUpdates(options: Options): StreamStatus {
  const { api, tokens, userId, phoneNumberId, conversationId, onSignedOut, onEvent } = options;
  const client = useQueryClient();
  const [status, setStatus] = useState<StreamStatus>('connecting');

  useEffect(() => {
    const numbers = atMostEvery(NUMBERS_EVERY_MS, () => void client.invalidateQueries({ queryKey: keys.phoneNumbers() }));
    const inFlight = new InFlight(client, {
      repeat: (query, event) => applyToCache(client, event, query),
      reload: (query) => void client.invalidateQueries({ queryKey: query.queryKey, exact: true }),
    });
    const onGap = () => {
      // A query that waits for its first answer is not asked again by this.
      inFlight.gap();
      refetchAll(client);
    };
    const stream = new SharedStream({
      name: `livechat.stream.${userId}`,
      url: EVENTS_URL,
      tokens,
      onEvent: (event) => {
        inFlight.tell(event);
        applyToCache(client, event);
        tellHearers(event);
        onEvent(event);
        numbers.ask();
      },
      onGap,
      onStatus: (next) => {
        if (next === 'live') {
          lineLives();
          // Who is there is told without an id: what was told meanwhile is not told again.
          void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[2] === 'members' });
        }
        if (next === 'signed-out') onSignedOut();
        // A new attempt where there was no stream is not news to the agent, who is served by asking.
        setStatus((known) => (known === 'unsupported' && next === 'connecting' ? known : next));
      },
    });
    stream.start();
    const onOnline = () => {
      stream.poke();
      onGap();
    };
    // A machine that slept, a tab that the browser froze or kept for “back”: what was missed is not known.
    const onPageShow = (event: PageTransitionEvent) => {
      if (event.persisted) onOnline();
    };
    let lastBeat = Date.now();
    const beat = setInterval(() => {
      if (Date.now() - lastBeat > ASLEEP_MS) onOnline();
      lastBeat = Date.now();
    }, BEAT_MS);
    window.addEventListener('online', onOnline);
    document.addEventListener('resume', onOnline);
    window.addEventListener('pageshow', onPageShow);
    return () => {
      numbers.stop();
      clearInterval(beat);
      window.removeEventListener('online', onOnline);
      document.removeEventListener('resume', onOnline);
      window.removeEventListener('pageshow', onPageShow);
      stream.stop();
      inFlight.stop();
    };
  }, [client, tokens, userId, onSignedOut, onEvent]);

  const isPolling = status === 'unsupported' || status === 'down';
  useEffect(() => {
    if (!isPolling || phoneNumberId === null) return;
    const timer = setInterval(() => {
      void poll(api, client, phoneNumberId, conversationId).catch(() => {
        // The next round asks again, and the connection's state is shown in the header.
      });
    }, POLL_MS);
    return () => clearInterval(timer);
  }, [api, client, isPolling, phoneNumberId, conversationId]);
  return status;
}

/** Ask for the newest and treat what comes as events: there is one way into the cache. */
async function poll(
  api: ApiClient,
  client: QueryClient,
  phoneNumberId: string,
  conversationId: string | null,
): Promise<void> {
  const [list, thread] = await Promise.all([
    bodyOf(api.GET('/api/live-chat/conversations', { params: { query: { phone_number_id: phoneNumberId } } })),
    conversationId === null
      ? null
      : bodyOf(api.GET('/api/live-chat/messages', { params: { query: { conversation_id: conversationId } } })),
  ]);
  const known = conversationId && client.getQueryData<ThreadData>(keys.thread(conversationId));
  if (thread && known) {
    const ids = new Set(known.pages.flatMap((page) => page.messages.map((message) => message.id)));
    const oldest = thread.messages[0];
    // More has come than one page holds: filling in from the end would leave a hole.
    if (oldest && ids.size > 0 && !thread.messages.some((message) => ids.has(message.id)))
      await client.invalidateQueries({ queryKey: keys.thread(oldest.conversation_id) });
    for (const message of thread.messages) {
      const type = ids.has(message.id) ? 'message.updated' : 'message.created';
      applyToCache(client, { type, message, conversation: null });
    }
    // A page is in the order of its times; which of it was stored last it says itself.
    client.setQueryData<ThreadData>(keys.thread(conversationId), (now) =>
      now && { ...now, pages: now.pages.map((page, at) => (at === 0 ? { ...page, last_unread_id: thread.last_unread_id } : page)) },
    );
  }
  for (const conversation of list.conversations)
    applyToCache(client, { type: 'conversation.updated', message: null, conversation });
  await client.invalidateQueries({ queryKey: keys.phoneNumbers() });
}
