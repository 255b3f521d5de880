import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useServices } from '../../hooks/services';
import { labelsQuery } from '../../hooks/workspace';
import { keys } from '../../lib/keys';
import type { PhoneNumber } from '../../lib/types';

/** The labels that the conversations of a number can wear; of all numbers (null), those of all their workspaces. */
export function useLabelsOf(phoneNumberId: string | null) {
  const { api } = useServices();
  const numbers = useQueryClient().getQueryData<PhoneNumber[]>(keys.phoneNumbers()) ?? [];
  const shown = numbers.filter((one) => phoneNumberId === null || one.phone_number_id === phoneNumberId);
  const workspaces = [...new Set(shown.map((one) => one.workspace_id))];
  const found = useQueries({ queries: workspaces.map((id) => labelsQuery(api, id)) });
  const failed = found.find((query) => query.isError && !query.data);
  return {
    all: found.flatMap((query) => query.data ?? []),
    isPending: found.some((query) => query.isPending),
    isError: failed !== undefined,
    error: failed?.error ?? null,
    retry: () => void Promise.all(found.map((query) => query.refetch())),
  };
}
