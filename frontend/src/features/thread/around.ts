import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { keys } from '../../lib/keys';
import type { Conversation, MessagePage } from '../../lib/types';
import { OLDER_PAGE } from './endpoints';

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
