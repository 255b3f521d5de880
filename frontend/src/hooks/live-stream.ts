import type { Query, QueryClient } from '@tanstack/react-query';
import { type ApiClient, bodyOf, type TokenSource } from '../lib/api';
import type { LiveEvent, ThreadData } from '../lib/apply-event';
import { numbersTold } from '../lib/apply-told';
import { atMostEvery } from '../lib/at-most-every';
import { onServer } from '../lib/base';
import { CountsWatch } from '../lib/counts-watch';
import { tellHearers } from '../lib/event-hub';
import { InFlight } from '../lib/in-flight';
import { keys } from '../lib/keys';
import { lineLives } from '../lib/line';
import type { StreamStatus } from '../lib/live-events';
import { SharedStream } from '../lib/shared-stream';
import { applyToCache, cachedConversation, lacksOwn, refetchAll } from './live-updates';

const POLL_MS = 3000;
// A hidden tab's timers may run once a minute: a longer pause is a sleep.
const BEAT_MS = 5000;
const ASLEEP_MS = 90_000;
// The server says at most every 2 s that the tabs' counts may have changed; all pages of a team hear it.
const COUNTS_EVERY_MS = 5000;
const COUNTS_FIRST_MS = 200;
// A conversation that comes into a list by an event is asked for once more, for what the agent has read of it.
const OWN_EVERY_MS = 10_000;
const OWN_FIRST_MS = 500;
const EVENTS_URL = onServer('/api/live-chat/events');

export interface Following {
  tokens: TokenSource;
  userId: string;
  onSignedOut: () => void;
  /** Everything that happens, in every tab: what is to be told is told from here. */
  onEvent: (event: LiveEvent) => void;
  onStatus: (status: StreamStatus) => void;
}

/** Puts what happens into the cache, by the stream that this browser's tabs share. The answer ends it. */
export function followStream(client: QueryClient, { tokens, userId, onSignedOut, onEvent, onStatus }: Following): () => void {
  // A server of before does not say what is unread on a number.
  const badges = atMostEvery(COUNTS_EVERY_MS, () => void client.invalidateQueries({ queryKey: keys.phoneNumbers() }), COUNTS_FIRST_MS);
  const watch = new CountsWatch(userId, () => client.isFetching({ queryKey: keys.allCounts() }) > 0);
  const unwatch = watchCounts(client, watch);
  // What has changed may have changed back in the meantime, as where a message is read at once.
  const counts = pacedCounts(client, () => watch.hasChanged);
  const own = atMostEvery(OWN_EVERY_MS, () => void client.invalidateQueries({ queryKey: keys.conversations() }), OWN_FIRST_MS);
  const inFlight = new InFlight(client, {
    repeat: (query, event) => applyToCache(client, event, query),
    reload: (query) => void client.invalidateQueries({ queryKey: query.queryKey, exact: true }),
  });
  const onGap = () => {
    // A query that waits for its first answer is not asked again by this.
    inFlight.gap();
    watch.forget();
    refetchAll(client);
  };
  const stream = new SharedStream({
    name: `livechat.stream.${userId}`,
    url: EVENTS_URL,
    tokens,
    onEvent: (event) => {
      inFlight.tell(event);
      applyToCache(client, event);
      if (lacksOwn(client, event)) own.ask();
      tellHearers(event);
      onEvent(event);
      watch.tell(event, (id) => cachedConversation(client, id));
      if (event.type !== 'counts.updated') return;
      if (numbersTold(event.data) === undefined) badges.ask();
      if (watch.hasChanged) counts.ask();
    },
    onGap,
    onStatus: (next) => {
      if (next === 'live') {
        lineLives();
        watch.forget();
        // Who is there is told without an id: what was told meanwhile is not told again.
        void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[2] === 'members' });
      }
      if (next === 'signed-out') onSignedOut();
      onStatus(next);
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
    badges.stop();
    counts.stop();
    own.stop();
    clearInterval(beat);
    window.removeEventListener('online', onOnline);
    document.removeEventListener('resume', onOnline);
    window.removeEventListener('pageshow', onPageShow);
    stream.stop();
    inFlight.stop();
    unwatch();
  };
}

/** Asks in intervals, where no stream comes through. The answer ends it. */
export function pollInstead(api: ApiClient, client: QueryClient, phoneNumberId: string, conversationId: string | null): () => void {
  const counts = pacedCounts(client);
  const timer = setInterval(() => {
    counts.ask();
    void poll(api, client, phoneNumberId, conversationId).catch(() => {
      // The next round asks again, and the connection's state is shown in the header.
    });
  }, POLL_MS);
  return () => {
    clearInterval(timer);
    counts.stop();
  };
}

/** The counts of the tabs are asked for again: soon, and however much happens, once in a few seconds. */
const pacedCounts = (client: QueryClient, isWanted: () => boolean = () => true) =>
  atMostEvery(
    COUNTS_EVERY_MS,
    () => {
      if (isWanted()) void client.invalidateQueries({ queryKey: keys.allCounts() });
    },
    COUNTS_FIRST_MS,
  );

/** Tells the watch when counts are asked for, by whomever, and when answered. The answer ends it. */
function watchCounts(client: QueryClient, watch: CountsWatch): () => void {
  const [all] = keys.allCounts();
  return client.getQueryCache().subscribe((change) => {
    if (change.type !== 'updated' || change.query.queryKey[0] !== all) return;
    const { action, query } = change;
    if (action.type === 'fetch') {
      // Those of another number, which are not looked at, are asked for when they are.
      const others = { queryKey: keys.allCounts(), predicate: (other: Query) => other !== query && other.state.fetchStatus === 'idle' };
      if (watch.hasChanged) void client.invalidateQueries({ ...others, refetchType: 'none' });
      watch.ask();
    } else if (action.type === 'error' || (action.type === 'success' && action.manual !== true)) {
      watch.answer(action.type === 'success');
    }
  });
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
