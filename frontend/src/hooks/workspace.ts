import { queryOptions, useQuery } from '@tanstack/react-query';
import { type ApiClient, bodyOf } from '../lib/api';
import { keys } from '../lib/keys';
import { useServices } from './services';

/** The workspaces that the agent is a member of, each with their own role. */
export function useWorkspaces() {
  const { api } = useServices();
  return useQuery({
    queryKey: keys.workspaces(),
    queryFn: async ({ signal }) => (await bodyOf(api.GET('/api/live-chat/workspaces', { signal }))).workspaces,
  });
}

/** The people of a workspace, without those who were removed. */
export function useMembers(workspaceId: string) {
  const { api } = useServices();
  const params = { path: { workspace_id: workspaceId } };
  return useQuery({
    queryKey: keys.members(workspaceId),
    queryFn: async ({ signal }) =>
      (await bodyOf(api.GET('/api/live-chat/workspaces/{workspace_id}/members', { params, signal }))).members,
  });
}

/** The teams of a workspace, by name. */
export const teamsQuery = (api: ApiClient, workspaceId: string) =>
  queryOptions({
    queryKey: keys.teams(workspaceId),
    queryFn: async ({ signal }) => {
      const params = { path: { workspace_id: workspaceId } };
      return (await bodyOf(api.GET('/api/live-chat/workspaces/{workspace_id}/teams', { params, signal }))).teams;
    },
  });

export const useTeams = (workspaceId: string) => useQuery(teamsQuery(useServices().api, workspaceId));

/** The labels of a workspace, by name. */
export const labelsQuery = (api: ApiClient, workspaceId: string) =>
  queryOptions({
    queryKey: keys.labels(workspaceId),
    queryFn: async ({ signal }) => {
      const params = { path: { workspace_id: workspaceId } };
      return (await bodyOf(api.GET('/api/live-chat/workspaces/{workspace_id}/labels', { params, signal }))).labels;
    },
  });

export const useLabels = (workspaceId: string) => useQuery(labelsQuery(useServices().api, workspaceId));

/** What the agent may do in a workspace: the page offers nothing else. The server holds them to it. */
export interface Rights {
  /** Answer customers, assign, label, resolve. */
  mayHandle: boolean;
  /** Make labels, teams and members. */
  mayManage: boolean;
}

/** Until it is known what somebody may do, they are shown what most may. */
export function useRights(workspaceId: string): Rights {
  const role = useWorkspaces().data?.find((one) => one.id === workspaceId)?.role;
  return { mayHandle: role !== 'viewer', mayManage: role === 'admin' };
}
