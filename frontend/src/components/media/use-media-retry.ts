import { useMutation, useQueryClient } from '@tanstack/react-query';
import { applyToCache } from '../../hooks/live-updates';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';

/** Has the server fetch a file again. The message tells how that goes. */
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
