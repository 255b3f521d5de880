import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '../lib/api';
import type { ConversationListData } from '../lib/apply-event';
import { keys, type ListFilter } from '../lib/keys';
import type { Conversation } from '../lib/types';
import { useServices } from './services';

const PAGE = 50;

/** The list of a number's conversations, page by page, the latest first. */
export function useConversationList(filter: ListFilter) {
  const { api } = useServices();
  return useInfiniteQuery({
    queryKey: keys.conversationList(filter),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        api.GET('/api/live-chat/conversations', {
          params: {
            query: {
              phone_number_id: filter.phoneNumberId,
              limit: PAGE,
              ...(pageParam === null ? {} : { cursor: pageParam }),
              ...(filter.unread ? { unread: 'true' } : {}),
              ...(filter.search === '' ? {} : { search: filter.search }),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** One conversation: at once where a list has it, from the server otherwise; null: none is open. */
export function useConversation(id: string | null) {
  const { api } = useServices();
  const client = useQueryClient();
  return useQuery<Conversation>({
    queryKey: keys.conversation(id ?? ''),
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET('/api/live-chat/conversations/{conversation_id}', {
          params: { path: { conversation_id: id ?? '' } },
          signal,
        }),
      ),
    enabled: id !== null,
    placeholderData: () => findInLists(client.getQueriesData({ queryKey: keys.conversations() }), id),
  });
}

/**
 * The number of the open conversation, whatever the address or the last choice says: a link, a notification or a
 * step back may name another one, or none. Null where none is open, or it is not known yet.
 */
export function useNumberOfConversation(id: string | null): string | null {
  return useConversation(id).data?.phone_number_id ?? null;
}

function findInLists(
  lists: [unknown, ConversationListData | undefined][],
  id: string | null,
): Conversation | undefined {
  return lists
    .flatMap(([, data]) => data?.pages ?? [])
    .flatMap((page) => page.conversations)
    .find((conversation) => conversation.id === id);
}
