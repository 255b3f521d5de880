import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '../lib/api';
import { keys } from '../lib/keys';
import { useServices } from './services';

/** The macros that the agent may run, by name; of one name their own stands first. */
export function useMacros(workspaceId: string, enabled = true) {
  const { api } = useServices();
  return useQuery({
    enabled,
    queryKey: keys.macros(workspaceId),
    queryFn: async ({ signal }) => {
      const params = { path: { workspace_id: workspaceId } };
      return (await bodyOf(api.GET('/api/live-chat/workspaces/{workspace_id}/macros', { params, signal }))).macros;
    },
  });
}
