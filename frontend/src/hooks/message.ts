import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '../lib/api';
import { keys } from '../lib/keys';
import type { Message } from '../lib/types';
import { useServices } from './services';

/** A message that may not be loaded with its thread: what a reply quotes can be far back. */
export function useMessage(id: string, loaded: Message | undefined) {
  const { api } = useServices();
  return useQuery({
    queryKey: keys.message(id),
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET('/api/live-chat/messages/{message_id}', { params: { path: { message_id: id } }, signal }),
      ),
    enabled: loaded === undefined && id !== '',
    staleTime: Number.POSITIVE_INFINITY,
    ...(loaded === undefined ? {} : { initialData: loaded }),
  });
}
