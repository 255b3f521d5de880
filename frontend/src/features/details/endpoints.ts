import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { applyToCache } from '../../hooks/live-updates';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { notify } from '../../lib/notices';
import type { Conversation } from '../../lib/types';
import { d } from '../../words/details-en';
import { detailsKeys, type SharedKind } from './keys';

const PAGE = 30;
const SHARED_IN = '/api/live-chat/conversations/{conversation_id}/media';
const SHARED_WITH = '/api/live-chat/conversations/{conversation_id}/person/media';

/**
 * What was shared, of one kind, the newest first: in all conversations of the customer that the agent sees, or in a
 * group's own. Asked for when it is looked at.
 */
export function useShared(conversationId: string, isGroup: boolean, kind: SharedKind) {
  const { api } = useServices();
  return useInfiniteQuery({
    queryKey: detailsKeys.shared(conversationId, kind),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        api.GET(isGroup ? SHARED_IN : SHARED_WITH, {
          params: {
            path: { conversation_id: conversationId },
            query: { kind, limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
    // No event tells of it, and the addresses of files are good for a while only.
    staleTime: 0,
    gcTime: 60_000,
  });
}

/** Notes whether the customer wants marketing, where they have said so to an agent. */
export function useMarketingStop(conversationId: string) {
  const { api } = useServices();
  const path = '/api/live-chat/conversations/{conversation_id}/marketing-opt-out';
  return useStanding(conversationId, (params, isStopped) => (isStopped ? api.POST(path, params) : api.DELETE(path, params)), (now) =>
    now.marketing_opt_out ? d.marketingStopDone : d.marketingResumeDone,
  );
}

/** Blocks the customer at WhatsApp, or lets them write again. */
export function useBlock(conversationId: string) {
  const { api } = useServices();
  const path = '/api/live-chat/conversations/{conversation_id}/block';
  return useStanding(conversationId, (params, isBlocked) => (isBlocked ? api.POST(path, params) : api.DELETE(path, params)), (now) =>
    now.is_blocked ? d.blockDone : d.unblockDone,
  );
}

type Params = { params: { path: { conversation_id: string } } };
type Call = (params: Params, isOn: boolean) => Parameters<typeof bodyOf<Conversation>>[0];

function useStanding(conversationId: string, call: Call, done: (conversation: Conversation) => string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (isOn: boolean) => bodyOf<Conversation>(call({ params: { path: { conversation_id: conversationId } } }, isOn)),
    onSuccess: (conversation) => {
      applyToCache(client, { type: 'conversation.updated', message: null, conversation });
      notify(done(conversation));
    },
    onError: (error) => notify(error.message, 'trouble'),
  });
}
