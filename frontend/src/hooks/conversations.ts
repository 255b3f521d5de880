import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '../lib/api';
import type { ConversationListData } from '../lib/apply-event';
import { keys } from '../lib/keys';
import type { ListFilter } from '../lib/list-filter';
import type { Conversation } from '../lib/types';
import { useServices } from './services';

const PAGE = 50;

/** The conversations of a list, page by page. */
export function useConversationList(filter: ListFilter) {
  const { api } = useServices();
  return useInfiniteQuery({
    queryKey: keys.conversationList(filter),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        api.GET('/api/live-chat/conversations', {
          params: {
            query: { ...queryOf(filter), limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** The parameters of the API for a list. */
const queryOf = (filter: ListFilter) => ({
  ...conditionsOf(filter),
  ...(filter.sort !== 'recent' && { sort: filter.sort }),
});

/** What a list is narrowed to, in the API's words; in no order. */
export const conditionsOf = (filter: ListFilter) => ({
  ...(filter.phoneNumberId !== null && { phone_number_id: filter.phoneNumberId }),
  ...(filter.workspaceId !== null && { workspace_id: filter.workspaceId }),
  ...(filter.scope !== 'all' && { scope: filter.scope }),
  ...(filter.status !== null && { status: filter.status }),
  ...(filter.unreadByAll && { unread: 'true' as const }),
  ...(filter.unread && { unread: 'mine' as const }),
  ...((filter.waiting || filter.answered) && { waiting: filter.waiting }),
  ...(filter.window !== null && { window: filter.window }),
  ...(filter.closing && { window: 'closing' as const }),
  ...(filter.labels.length > 0 && { label: [...filter.labels] }),
  ...(filter.search !== '' && { search: filter.search }),
});

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
