import { useMutation, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '../lib/api';
import { applyToCache } from './live-updates';
import { useServices } from './services';

/** Asks for a file that could not be fetched once more; the message tells how it goes. */
export function useMediaRetry(messageId: string) {
  const { api } = useServices();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      bodyOf(
        api.POST('/api/live-chat/messages/{message_id}/media/retry', { params: { path: { message_id: messageId } } }),
      ),
    onSuccess: (message) => applyToCache(client, { type: 'message.updated', message, conversation: null }),
  });
}
