import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';
import { applyToCache } from '../../hooks/live-updates';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { keys } from '../../lib/keys';
import type { Conversation, MessagePage } from '../../lib/types';

const FIRST_PAGE = 50;
const LARGEST_PAGE = 200;
const OLDER_PAGE = 100;
const CONTEXT_ABOVE_UNREAD = 20;

/** A thread's messages: the newest page first, older ones by `fetchNextPage`. */
export function useThreadMessages(conversation: Conversation) {
  const { api } = useServices();
  // All that is unread should be there at once, so that the thread can open where reading begins.
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

type Side = { around: string } | { before: string } | { after: string };
const isShort = (page: MessagePage): boolean => page.messages.length < page.limit;

/**
 * The messages around one of them: older ones by `fetchNextPage`, newer ones by `fetchPreviousPage`. It takes
 * no live messages, since between its end and the thread's there may be others.
 */
export function useThreadAround(conversation: Conversation, messageId: string) {
  const { api } = useServices();
  return useInfiniteQuery<MessagePage, Error, InfiniteData<MessagePage, Side>, readonly string[], Side>({
    queryKey: keys.threadAround(conversation.id, messageId),
    initialPageParam: { around: messageId },
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        api.GET('/api/live-chat/messages', {
          params: { query: { conversation_id: conversation.id, limit: OLDER_PAGE, ...pageParam } },
          signal,
        }),
      ),
    // Of the middle page it is not known on which side it fell short: the next page tells.
    getNextPageParam: (page, _pages, side) => {
      const first = page.messages[0];
      return !first || (isShort(page) && 'before' in side) ? null : { before: first.id };
    },
    getPreviousPageParam: (page, _pages, side) => {
      const last = page.messages.at(-1);
      return !last || (isShort(page) && 'after' in side) ? null : { after: last.id };
    },
  });
}

/**
 * Tells the server, and so the customer, that the thread has been read, but only while somebody looks at
 * its end: `isWatched` says so. It is read up to what was stored last, which need not be the newest by its time: a
 * message that comes late stands above others that were read before.
 */
export function useReadReceipts(conversation: Conversation, lastUnreadId: string | null, isWatched: boolean) {
  const { api } = useServices();
  const client = useQueryClient();
  const told = useRef<string | null>(null);
  const { id, unread_count } = conversation;
  const tell = useCallback(
    async (upTo: string) => {
      told.current = upTo;
      try {
        const answer = await bodyOf(
          api.POST('/api/live-chat/conversations/{conversation_id}/read', {
            params: { path: { conversation_id: id } },
            body: { up_to: upTo },
          }),
        );
        // Of the number's own counts the events tell, or the asking that takes their place.
        applyToCache(client, { type: 'conversation.updated', message: null, conversation: answer });
      } catch {
        // It is told again with the next message, or when the tab is looked at again.
        told.current = null;
      }
    },
    [api, client, id],
  );
  useEffect(() => {
    if (!isWatched || unread_count === 0 || lastUnreadId === null) return;
    if (told.current !== lastUnreadId) void tell(lastUnreadId);
    // All that is known has been read: something was stored that belongs to a page further back. What it is, the
    // thread's newest page says.
    else void client.invalidateQueries({ queryKey: keys.thread(id), exact: true });
  }, [isWatched, unread_count, lastUnreadId, tell, client, id]);
}
