import { useQuery } from '@tanstack/react-query';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { keys } from '../../lib/keys';

// Time changes them too: windows close.
const AGAIN_MS = 60_000;

/** How many open conversations each tab has; of a number, or of all of them (null). */
export function useCounts(phoneNumberId: string | null) {
  const { api } = useServices();
  const query = phoneNumberId === null ? {} : { phone_number_id: phoneNumberId };
  return useQuery({
    queryKey: keys.counts(phoneNumberId),
    queryFn: ({ signal }) => bodyOf(api.GET('/api/live-chat/conversations/counts', { params: { query }, signal })),
    refetchInterval: AGAIN_MS,
  });
}
