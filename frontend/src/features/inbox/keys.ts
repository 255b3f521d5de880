import { keys } from '../../lib/keys';

/** Saved views, below their workspace: what is told of its settings refreshes them too. */
export const viewKeys = {
  views: (workspaceId: string) => [...keys.workspaces(), workspaceId, 'views'] as const,
};
