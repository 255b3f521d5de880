import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '../lib/api';
import { keys } from '../lib/keys';
import { useServices } from './services';

/** What the workspace writes down of people, by name. */
export function useAttributes(workspaceId: string) {
  const { api } = useServices();
  return useQuery({
    queryKey: keys.attributes(workspaceId),
    queryFn: async ({ signal }) => {
      const params = { path: { workspace_id: workspaceId } };
      return (await bodyOf(api.GET('/api/live-chat/workspaces/{workspace_id}/attributes', { params, signal }))).attributes;
    },
  });
}
