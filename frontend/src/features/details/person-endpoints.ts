import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useServices } from '../../hooks/services';
import { ApiProblem, bodyOf } from '../../lib/api';
import { keys } from '../../lib/keys';
import type { Conversation } from '../../lib/types';
import { detailsKeys } from './keys';
import type { Person, PersonChanges } from './person-model';

const PATH = '/api/live-chat/conversations/{conversation_id}/person';

/** The profile of a conversation's customer. Whatever the team changes of them raises the conversation's version. */
export function usePerson({ id, version }: Conversation) {
  const { api } = useServices();
  return useQuery({
    queryKey: detailsKeys.person(id, version),
    queryFn: ({ signal }) => bodyOf(api.GET(PATH, { params: { path: { conversation_id: id } }, signal })),
    // Another version of the same conversation, and nobody else's profile.
    placeholderData: (known, before) => (before?.queryKey[1] === id ? known : undefined),
    // Their other conversations go on meanwhile.
    staleTime: 10_000,
  });
}

/** Changes the customer's profile. Who was not the first gets the profile as it is, beside what they wrote. */
export function useChangePerson({ id, version }: Conversation) {
  const { api } = useServices();
  const client = useQueryClient();
  const put = (person: Person) => client.setQueryData(detailsKeys.person(id, version), person);
  return useMutation({
    mutationFn: (body: PersonChanges) => bodyOf(api.PATCH(PATH, { params: { path: { conversation_id: id } }, body })),
    onSuccess: (person) => {
      put(person);
      // The event may be on its way yet.
      void client.invalidateQueries({ queryKey: keys.conversation(id) });
    },
    onError: (error) => {
      const now = quickerThanUs(error);
      if (now) put(now);
    },
  });
}

/** The profile as somebody else has changed it meanwhile; null: nobody did. */
export function quickerThanUs(error: Error | null): Person | null {
  if (!(error instanceof ApiProblem) || error.code !== 'conversation_changed') return null;
  return (error.body.person ?? null) as Person | null;
}
