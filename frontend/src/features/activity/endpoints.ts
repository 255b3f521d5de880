import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { applyToCache } from '../../hooks/live-updates';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { notify } from '../../lib/notices';
import { resend } from '../../lib/resend';
import type { Message } from '../../lib/types';
import { a } from '../../words/activity-en';
import { activityKeys } from './keys';

const REFRESH_MS = 30_000;
const PAGE = 25;

/** A number's webhooks and sends, hour by hour, back from now. */
export function useActivity(phoneNumberId: string, hours: number) {
  const { api } = useServices();
  return useQuery({
    queryKey: activityKeys.hours(phoneNumberId, hours),
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET('/api/live-chat/activity', {
          params: {
            query: { phone_number_id: phoneNumberId, since: new Date(Date.now() - hours * 3_600_000).toISOString() },
          },
          signal,
        }),
      ),
    refetchInterval: REFRESH_MS,
  });
}

/** Webhooks of which an item could not be stored. */
export function useFailedWebhooks(phoneNumberId: string) {
  const { api } = useServices();
  return useInfiniteQuery({
    queryKey: activityKeys.failedWebhooks(phoneNumberId),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        api.GET('/api/live-chat/webhook-events', {
          params: {
            query: {
              phone_number_id: phoneNumberId,
              outcome: 'failed',
              limit: PAGE,
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** Sends that failed, or of which nobody knows whether they arrived. */
export function useSendsForAttention(phoneNumberId: string) {
  const { api } = useServices();
  return useInfiniteQuery({
    queryKey: activityKeys.sendsForAttention(phoneNumberId),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        api.GET('/api/live-chat/sends/attention', {
          params: {
            query: {
              phone_number_id: phoneNumberId,
              limit: PAGE,
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** Runs a webhook again. Safe: what is stored already stays as it is. */
export function useReplay() {
  const { api } = useServices();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (eventId: string) =>
      bodyOf(
        api.POST('/api/live-chat/webhook-events/{event_id}/replay', { params: { path: { event_id: eventId } } }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: activityKeys.all() }),
  });
}

/** Sends a failed message again, as a new one. */
export function useSendAgain() {
  const { api } = useServices();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (message: Message) => resend(api, message),
    onSuccess: ({ isNew, ...answer }) => {
      applyToCache(client, { type: 'message.created', ...answer });
      notify(isNew ? a.sentAgain : a.sentAgainBefore);
    },
    onError: (error) => notify(error.message, 'trouble'),
    onSettled: () => client.invalidateQueries({ queryKey: activityKeys.all() }),
  });
}
