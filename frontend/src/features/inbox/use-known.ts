import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useServices } from '../../hooks/services';
import { labelsQuery, teamsQuery } from '../../hooks/workspace';
import { keys } from '../../lib/keys';
import type { PhoneNumber } from '../../lib/types';

/** The agent's numbers, and the workspaces that these are of: those of one number, or of all of them (null). */
export function useNumbersOf(phoneNumberId: string | null) {
  const numbers = useQueryClient().getQueryData<PhoneNumber[]>(keys.phoneNumbers());
  return useMemo(() => {
    const all = numbers ?? [];
    const shown = all.filter((one) => phoneNumberId === null || one.phone_number_id === phoneNumberId);
    return { numbers: all, workspaceIds: [...new Set(shown.map((one) => one.workspace_id))] };
  }, [numbers, phoneNumberId]);
}

/** The labels and teams of these workspaces; undefined: not all of them are known yet. */
export function useNamed(workspaceIds: readonly string[]) {
  const { api } = useServices();
  const labels = useQueries({ queries: workspaceIds.map((id) => labelsQuery(api, id)) });
  const teams = useQueries({ queries: workspaceIds.map((id) => teamsQuery(api, id)) });
  return {
    labels: labels.every((query) => query.data) ? labels.flatMap((query) => query.data ?? []) : undefined,
    teams: teams.every((query) => query.data) ? teams.flatMap((query) => query.data ?? []) : undefined,
  };
}
