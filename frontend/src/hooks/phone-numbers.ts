import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '../lib/api';
import { keys } from '../lib/keys';
import { useServices } from './services';

/** The numbers that the agent may use, as the header's selector shows them. */
export function usePhoneNumbers() {
  const { api } = useServices();
  return useQuery({
    queryKey: keys.phoneNumbers(),
    queryFn: async ({ signal }) =>
      (await bodyOf(api.GET('/api/live-chat/phone-numbers', { signal }))).phone_numbers,
  });
}
