import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '../lib/api';
import { keys } from '../lib/keys';
import { useServices } from './services';

/** The canned replies that the agent may take, by shortcut; of one shortcut their own stands first. */
export function useCanned(workspaceId: string) {
  const { api } = useServices();
  return useQuery({
    queryKey: keys.canned(workspaceId),
    queryFn: async ({ signal }) => {
      const params = { path: { workspace_id: workspaceId } };
      return (await bodyOf(api.GET('/api/live-chat/workspaces/{workspace_id}/canned-replies', { params, signal }))).canned_replies;
    },
  });
}
