import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useServices } from '../../hooks/services';
import { type ApiClient, bodyOf } from '../../lib/api';
import { putNotification } from '../../lib/apply-told';
import { keys } from '../../lib/keys';
import { notify } from '../../lib/notices';
import type { Notification, Reminder } from '../../lib/types';
import { bellKeys } from './keys';
import { causeOf } from './sentence';

const PAGE = 100;
// What is due comes first.
const REMINDERS = 200;
const MOST_PAGES = 5;
// Events tell of each. This is for where no stream comes through.
const REFRESH_MS = 120_000;

/** What the agent is told of in all their workspaces, done or not, the newest first. */
export function useTold() {
  const { api } = useServices();
  return useQuery({
    queryKey: keys.notifications(),
    queryFn: ({ signal }) => all(api, signal),
    refetchInterval: REFRESH_MS,
  });
}

/** Something old may be still to do behind much that is done, so what there is is asked for, page by page. */
async function all(api: ApiClient, signal: AbortSignal): Promise<Notification[]> {
  const found: Notification[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES && (page === 0 || cursor !== null); page++) {
    const query: { limit: number; cursor?: string } = { limit: PAGE, ...(cursor !== null && { cursor }) };
    // oxlint-disable-next-line no-await-in-loop
    const answer: { notifications: Notification[]; next_cursor: string | null } = await bodyOf(
      api.GET('/api/live-chat/notifications', { params: { query }, signal }),
    );
    found.push(...answer.notifications);
    cursor = answer.next_cursor;
  }
  return found;
}

/** The agent's reminders that are not done, by their ids; asked for where one is told of. */
export function useReminders(isWanted: boolean): ReadonlyMap<string, Reminder> | undefined {
  const { api } = useServices();
  return useQuery({
    queryKey: bellKeys.reminders(),
    enabled: isWanted,
    queryFn: async ({ signal }) => {
      const params = { query: { limit: REMINDERS } };
      const { reminders } = await bodyOf(api.GET('/api/live-chat/reminders', { params, signal }));
      return new Map(reminders.map((one) => [one.id, one]));
    },
  }).data;
}

/** Who did what the agent is told of, or that a rule did; the thread says it. Undefined: it is not known, or not any more. */
export function useCause({ kind, cause_id, conversation_id }: Notification, isWanted: boolean) {
  const { api } = useServices();
  return useQuery({
    queryKey: bellKeys.cause(cause_id),
    enabled: isWanted && (kind === 'mention' || kind === 'assigned'),
    // It stays as it was written down; where it is gone, so it stays too.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: async ({ signal }) => {
      const params = { path: { conversation_id }, query: { around: cause_id, limit: 1 } };
      const { entries } = await bodyOf(api.GET('/api/live-chat/conversations/{conversation_id}/timeline', { params, signal }));
      return causeOf(entries.find((one) => one.id === cause_id));
    },
  }).data;
}

/** Says that the agent is through with one, on all their devices. */
export function useDone() {
  const { api } = useServices();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, kind, cause_id }: Notification) => {
      if (kind === 'reminder') {
        // Of a message that could not be sent there is no reminder.
        await api.POST('/api/live-chat/reminders/{reminder_id}/done', { params: { path: { reminder_id: cause_id } } });
      }
      return bodyOf(api.POST('/api/live-chat/notifications/{notification_id}/done', { params: { path: { notification_id: id } } }));
    },
    onSuccess: (answer) =>
      client.setQueryData<Notification[]>(keys.notifications(), (known) => known && putNotification(known, answer)),
    onError: (error) => notify(error.message, 'trouble'),
  });
}
