import { keys } from '../../lib/keys';

/** What a workspace's settings keep in the query cache beside what others show too. */
export const teamKeys = {
  invitations: (workspaceId: string) => [...keys.workspaces(), workspaceId, 'invitations'] as const,
  rule: (workspaceId: string, target: string) => [...keys.workspaces(), workspaceId, 'rules', target] as const,
  load: (workspaceId: string) => [...keys.workspaces(), workspaceId, 'load'] as const,
};
