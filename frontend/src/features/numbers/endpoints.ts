import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { keys } from '../../lib/keys';
import { notify } from '../../lib/notices';
import { t } from '../../words/en';

/** The numbers that the agent may use, as the header's selector shows them. */
export function usePhoneNumbers() {
  const { api } = useServices();
  return useQuery({
    queryKey: keys.phoneNumbers(),
    queryFn: async ({ signal }) =>
      (await bodyOf(api.GET('/api/live-chat/phone-numbers', { signal }))).phone_numbers,
  });
}

/** Lets a paused number send again; Meta is asked first where its token was the trouble. */
export function useResume() {
  const { api } = useServices();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (phoneNumberId: string) =>
      bodyOf(
        api.POST('/api/live-chat/phone-numbers/{phone_number_id}/resume', {
          params: { path: { phone_number_id: phoneNumberId } },
        }),
      ),
    onSuccess: () => notify(t.connection.resumed),
    onError: (error) => notify(error.message, 'trouble'),
    onSettled: () => client.invalidateQueries({ queryKey: keys.phoneNumbers() }),
  });
}
