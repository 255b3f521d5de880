import { queryOptions, useMutation, useQueries, useQueryClient } from '@tanstack/react-query';
import { useServices } from '../../hooks/services';
import { type ApiClient, ApiProblem, bodyOf } from '../../lib/api';
import { newId } from '../../lib/ids';
import { notify } from '../../lib/notices';
import type { ProblemBody, View } from '../../lib/types';
import { viewKeys } from './keys';
import type { SavedView } from './view-model';

const VIEWS = '/api/live-chat/workspaces/{workspace_id}/views';

const viewsQuery = (api: ApiClient, workspaceId: string) =>
  queryOptions({
    queryKey: viewKeys.views(workspaceId),
    queryFn: async ({ signal }): Promise<SavedView[]> => {
      const { views } = await bodyOf(api.GET(VIEWS, { params: { path: { workspace_id: workspaceId } }, signal }));
      return views.map((view) => ({ ...view, workspaceId }));
    },
  });

/** The views that the agent is offered in these workspaces, by name. */
export function useViews(workspaceIds: readonly string[]) {
  const { api } = useServices();
  const found = useQueries({ queries: workspaceIds.map((id) => viewsQuery(api, id)) });
  const failed = found.find((query) => query.isError && !query.data);
  return {
    all: found.flatMap((query) => query.data ?? []),
    isPending: found.some((query) => query.isPending),
    error: failed?.error ?? null,
    retry: () => void Promise.all(found.map((query) => query.refetch())),
  };
}

export interface ViewGiven {
  name?: string;
  visibility?: View['visibility'];
  team_id?: string | null;
  filter?: Record<string, unknown>;
  sort?: View['sort'];
}

/** What can be done to the views of a workspace; what is shown of them is asked for again. */
export function useViewCalls(workspaceId: string) {
  const { api } = useServices();
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: viewKeys.views(workspaceId) });
  const path = { workspace_id: workspaceId };
  const make = useMutation({
    mutationFn: async (body: Required<ViewGiven>) => ({
      ...(await bodyOf(api.POST(VIEWS, { params: { path, header: { 'Idempotency-Key': newId() } }, body }))),
      workspaceId,
    }),
    onSuccess: (made) =>
      client.setQueryData<SavedView[]>(viewKeys.views(workspaceId), (known) => known && [...known, made]),
    onSettled,
  });
  const change = useMutation({
    mutationFn: ({ id, ...body }: ViewGiven & { id: string }) =>
      bodyOf(api.PATCH(`${VIEWS}/{view_id}`, { params: { path: { ...path, view_id: id } }, body })),
    onSuccess: (answer) =>
      client.setQueryData<SavedView[]>(viewKeys.views(workspaceId), (known) =>
        known?.map((one) => (one.id === answer.id ? { ...one, ...answer } : one)),
      ),
    onError: (error) => notify(error.message, 'trouble'),
    onSettled,
  });
  const remove = useMutation({
    mutationFn: async (id: string) => {
      const { error, response } = await api.DELETE(`${VIEWS}/{view_id}`, { params: { path: { ...path, view_id: id } } });
      // Deleted by somebody else meanwhile: it is gone, as was asked.
      if (response.ok || response.status === 404) return;
      throw new ApiProblem((error ?? {}) as Partial<ProblemBody>, response.status, response.headers);
    },
    onSettled,
  });
  return { make, change, remove };
}
