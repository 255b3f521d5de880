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

type Side = { around: string } | { before: string } | { after: string };
const isShort = (page: MessagePage): boolean => page.messages.length < page.limit;

/**
 * The messages around one of them: older ones by `fetchNextPage`, newer ones by `fetchPreviousPage`. Live messages
 * are not added, since others may stand between its end and the thread's.
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
    // The middle page does not tell on which side it fell short. The next page does.
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
 * Tells the server, and so the customer, that the thread has been read, but only while somebody looks at its end
 * (`isWatched`). The thread is read up to the message that was stored last. That need not be the newest by its time,
 * since a message that comes late stands above others that were read before.
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
        // The number's own counts come by events, or by the polling that takes their place.
        applyToCache(client, { type: 'conversation.updated', message: null, conversation: answer });
      } catch {
        // The server is told again at the next message, or when the agent looks at the tab again.
        told.current = null;
      }
    },
    [api, client, id],
  );
  useEffect(() => {
    if (!isWatched || unread_count === 0 || lastUnreadId === null) return;
    if (told.current !== lastUnreadId) void tell(lastUnreadId);
    // All loaded messages have been read, so the unread one belongs to a page further back. Which it is, the
    // thread's newest page says.
    else void client.invalidateQueries({ queryKey: keys.thread(id), exact: true });
  }, [isWatched, unread_count, lastUnreadId, tell, client, id]);
}
