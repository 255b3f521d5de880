import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useServices } from '../../hooks/services';
import { teamsQuery } from '../../hooks/workspace';
import { keys } from '../../lib/keys';
import type { PhoneNumber, Team } from '../../lib/types';

/** The teams that may have conversations of a number; of all numbers (null), those of all their workspaces. */
export function useTeamsOf(phoneNumberId: string | null): Team[] {
  const { api } = useServices();
  const numbers = useQueryClient().getQueryData<PhoneNumber[]>(keys.phoneNumbers()) ?? [];
  const shown = numbers.filter((one) => phoneNumberId === null || one.phone_number_id === phoneNumberId);
  const workspaces = [...new Set(shown.map((one) => one.workspace_id))];
  return useQueries({ queries: workspaces.map((id) => teamsQuery(api, id)) }).flatMap((query) => query.data ?? []);
}
