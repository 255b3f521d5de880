import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { conditionsOf } from '../../../hooks/conversations';
import { useServices } from '../../../hooks/services';
import { ApiProblem, bodyOf } from '../../../lib/api';
import { newId } from '../../../lib/ids';
import { keys } from '../../../lib/keys';
import type { ListFilter } from '../../../lib/list-filter';
import { notify } from '../../../lib/notices';
import type { Bulk, Job } from '../../../lib/types';
import { b } from '../../../words/bulk-en';
import { bulkKeys } from '../keys';
import { followJob } from './follow-job';

/** What is done, and the few words of it that an action needs. */
export type BulkAct = Omit<Bulk, 'ids' | 'filter' | 'action'> & { action: keyof typeof b.did };

// As long as it takes to see what became of so many.
const UNDO_SHOWN_MS = 30_000;

/** Starts a bulk action and follows it; at its end the agent is told, and may undo it, wherever they are by then. */
export function useBulk(onMore: (job: Job) => void) {
  const { api } = useServices();
  const client = useQueryClient();
  const undo = useUndoBulk();
  const follow = async (started: Job, action: BulkAct['action']) => {
    const params = { path: { job_id: started.id } };
    const job = await followJob(started, () => bodyOf(api.GET('/api/live-chat/jobs/{job_id}', { params })), onMore);
    // Who has no stream sees it by this; who has one, what was in no event.
    void client.invalidateQueries({ queryKey: keys.conversations() });
    void client.invalidateQueries({ queryKey: keys.allCounts() });
    // Whatever one reads is read.
    const canUndo = job.done > 0 && action !== 'read';
    notify(outcomeOf(job, action), job.done > 0 ? 'done' : 'trouble', canUndo ? { name: b.undo, run: () => undo.mutate(job.operation_id) } : null, UNDO_SHOWN_MS);
  };
  return useMutation({
    mutationFn: ({ act, about }: { act: BulkAct; about: { ids: string[] } | { filter: ListFilter } }) => {
      // The document names these two always.
      const meant = 'ids' in about ? about : { filter: { scope: 'all', unread: null, ...conditionsOf(about.filter) } };
      const params = { header: { 'Idempotency-Key': newId() } };
      return bodyOf(api.POST('/api/live-chat/bulk', { params, body: { ...act, ...meant } }));
    },
    onSuccess: ({ job }, { act }) => void follow(job, act.action),
    onError: (error) => {
      const [first] = error instanceof ApiProblem ? Object.values(error.errors).flat() : [];
      notify(first ?? error.message, 'trouble');
    },
  });
}

/** What has become of all of them, in one or two sentences. */
export function outcomeOf(job: Job, action: BulkAct['action']): string {
  const left = job.skipped + job.failed;
  return [(job.done > 0 || left === 0) && b.did[action](job.done), left > 0 && b.left(left)].filter(Boolean).join(' ');
}

/** Takes all of it back, where it is still so; what somebody has changed since stays theirs. */
function useUndoBulk() {
  const { api } = useServices();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (operationId: string) => bodyOf(api.POST('/api/live-chat/undo', { body: { operation_id: operationId } })),
    onSuccess: ({ undone, skipped }) => {
      void client.invalidateQueries({ queryKey: keys.conversations() });
      void client.invalidateQueries({ queryKey: keys.allCounts() });
      for (const id of undone) void client.invalidateQueries({ queryKey: keys.conversation(id), exact: true });
      const said = [b.undone(undone.length), skipped.length > 0 && b.notUndone(skipped.length)].filter(Boolean);
      notify(said.join(' '), skipped.length > 0 ? 'trouble' : 'done');
    },
    onError: (error) => notify(error.message, 'trouble'),
  });
}

// More than anybody goes through one by one.
const AMISS = 100;

/** Which of them were left as they were, and why. */
export function useAmiss(jobId: string) {
  const { api } = useServices();
  const params = { path: { job_id: jobId }, query: { state: ['skipped' as const, 'failed' as const], limit: AMISS } };
  return useQuery({
    queryKey: bulkKeys.amiss(jobId),
    queryFn: async ({ signal }) => (await bodyOf(api.GET('/api/live-chat/jobs/{job_id}/items', { params, signal }))).items,
  });
}
