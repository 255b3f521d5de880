import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { applyToCache } from '../../hooks/live-updates';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import type { ThreadData } from '../../lib/apply-event';
import { keys } from '../../lib/keys';
import { notify } from '../../lib/notices';
import type { Conversation, Message } from '../../lib/types';
import { t } from '../../words/en';
import { ReadReceipts } from './read-receipts';

const FIRST_PAGE = 50;
const LARGEST_PAGE = 200;
export const OLDER_PAGE = 100;
const CONTEXT_ABOVE_UNREAD = 20;
// A message that an answer counts comes by its event within moments.
const EVENT_LATE_MS = 2000;

/** A thread's messages: the newest page first, older ones by `fetchNextPage`. */
export function useThreadMessages(conversation: Conversation) {
  const { api } = useServices();
  // The first page should hold all unread messages, so that the thread can open at the first of them.
  const wanted = Math.max(FIRST_PAGE, conversation.unread_count + CONTEXT_ABOVE_UNREAD);
  return useInfiniteQuery({
    queryKey: keys.thread(conversation.id),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const page =
        pageParam === null
          ? { limit: Math.min(wanted, LARGEST_PAGE) }
          : { limit: OLDER_PAGE, before: pageParam };
      return bodyOf(
        api.GET('/api/live-chat/messages', {
          params: { query: { conversation_id: conversation.id, ...page } },
          signal,
        }),
      );
    },
    getNextPageParam: (page) => (page.messages.length < page.limit ? null : (page.messages[0]?.id ?? null)),
  });
}

/** All messages, oldest first. Pages come newest first, and a message may stand in two while they change. */
export function loadedMessages(pages: { messages: Message[] }[] | undefined): Message[] {
  const byId = new Map<string, Message>();
  for (const page of (pages ?? []).toReversed())
    for (const message of page.messages) byId.set(message.id, message);
  return [...byId.values()];
}

/** Marks a conversation unread for the agent alone, from the customer's last message on. */
export function useMarkUnread(conversationId: string, onDone: () => void) {
  const { api } = useServices();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const thread = client.getQueryData<ThreadData>(keys.thread(conversationId));
      const last = thread?.pages.flatMap((page) => page.messages.toReversed()).find((message) => message.direction === 'inbound');
      if (last === undefined) return null;
      const params = { path: { conversation_id: conversationId } };
      return bodyOf(api.POST('/api/live-chat/conversations/{conversation_id}/unread', { params, body: { from: last.id } }));
    },
    onSuccess: (conversation) => {
      if (conversation === null) return;
      // Who goes on looking at it would read it at once.
      onDone();
      applyToCache(client, { type: 'conversation.updated', message: null, conversation });
      notify(t.thread.markedUnread);
    },
    onError: (error) => notify(error.message, 'trouble'),
  });
}

/**
 * Tells the server, and so the customer, that the thread has been read, but only while somebody looks at its end
 * (`isWatched`). The thread is read up to the message that was stored last. That need not be the newest by its time,
 * since a message that comes late stands above others that were read before.
 */
export function useReadReceipts(conversation: Conversation, lastUnreadId: string | null, isWatched: boolean) {
  const { api } = useServices();
  const client = useQueryClient();
  const { id } = conversation;
  // The team's or the agent's own: reading ends both.
  const unread = Math.max(conversation.unread_count, conversation.my_unread_count ?? 0);
  const tell = useCallback(
    async (upTo: string) => {
      const params = { path: { conversation_id: id } };
      const answer = await bodyOf(
        api.POST('/api/live-chat/conversations/{conversation_id}/read', { params, body: { up_to: upTo } }),
      );
      // The number's own counts come by events, or by the polling that takes their place.
      applyToCache(client, { type: 'conversation.updated', message: null, conversation: answer });
    },
    [api, client, id],
  );
  const [receipts] = useState(() => new ReadReceipts());
  useEffect(() => receipts.sendBy(tell), [receipts, tell]);
  useEffect(() => {
    if (!isWatched || unread === 0 || lastUnreadId === null) return;
    if (receipts.isRead(lastUnreadId)) {
      // All loaded messages have been read, so the unread one belongs to a page further back, or its event is on its
      // way. Which it is, the thread's newest page says.
      const timer = setTimeout(() => void client.invalidateQueries({ queryKey: keys.thread(id), exact: true }), EVENT_LATE_MS);
      return () => clearTimeout(timer);
    }
    receipts.read(lastUnreadId);
  }, [isWatched, unread, lastUnreadId, receipts, client, id]);
}
