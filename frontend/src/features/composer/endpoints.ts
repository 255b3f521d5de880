import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { notify } from '../../lib/notices';
import type { Conversation, ScheduledMessage } from '../../lib/types';
import { composerKeys } from './keys';

// No event tells of what colleagues schedule; of what was sent the message does.
const REFRESH_MS = 30_000;

/** What is to be sent in the conversation later, or could not be; the next first. */
export function useScheduled(conversationId: string) {
  const { api } = useServices();
  return useQuery({
    queryKey: composerKeys.scheduled(conversationId),
    queryFn: async ({ signal }) => {
      const query = { conversation_id: conversationId, state: ['scheduled' as const, 'needs_attention' as const] };
      const { scheduled_messages: found } = await bodyOf(api.GET('/api/live-chat/scheduled-messages', { params: { query }, signal }));
      return found.toSorted((one, other) => Date.parse(one.send_at) - Date.parse(other.send_at));
    },
    refetchInterval: ({ state }) => (state.data?.length ? REFRESH_MS : false),
  });
}

interface New {
  key: string;
  text: string;
  hasPreview: boolean;
  replyTo: string | null;
  sendAt: Date;
  cancelsIfHeard: boolean;
}

/** Keeps a text until it is sent. The same again, after an answer that was lost, is kept once. */
export function useSchedule(conversation: Conversation) {
  const { api } = useServices();
  const look = useLook(conversation.id);
  return useMutation({
    mutationFn: ({ key, text, hasPreview, replyTo, sendAt, cancelsIfHeard }: New) =>
      bodyOf(
        api.POST('/api/live-chat/scheduled-messages', {
          params: { header: { 'Idempotency-Key': key } },
          body: {
            phone_number_id: conversation.phone_number_id,
            conversation_id: conversation.id,
            message_type: 'text',
            message: text,
            ...(hasPreview ? {} : { preview_url: false }),
            reply_to: replyTo,
            send_at: sendAt.toISOString(),
            cancel_if_customer_writes: cancelsIfHeard,
          },
        }),
      ),
    onSuccess: look,
    onError: (error) => notify(error.message, 'trouble'),
  });
}

/** Changes when a message is sent, and what it says. */
export function useChangeScheduled({ id, conversation_id }: ScheduledMessage) {
  const { api } = useServices();
  const look = useLook(conversation_id);
  return useMutation({
    mutationFn: ({ sendAt, text }: { sendAt: Date; text: string | null }) =>
      bodyOf(
        api.PATCH('/api/live-chat/scheduled-messages/{scheduled_id}', {
          params: { path: { scheduled_id: id } },
          body: { send_at: sendAt.toISOString(), ...(text === null ? {} : { message: text }) },
        }),
      ),
    onSettled: look,
    onError: (error) => notify(error.message, 'trouble'),
  });
}

export function useCancelScheduled({ id, conversation_id }: ScheduledMessage) {
  const { api } = useServices();
  const look = useLook(conversation_id);
  return useMutation({
    mutationFn: async () => {
      const params = { path: { scheduled_id: id } };
      const { response, error } = await api.DELETE('/api/live-chat/scheduled-messages/{scheduled_id}', { params });
      if (!response.ok) await bodyOf(Promise.resolve({ response, error }));
    },
    onSettled: look,
    onError: (error) => notify(error.message, 'trouble'),
  });
}

function useLook(conversationId: string) {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: composerKeys.scheduled(conversationId) });
}
