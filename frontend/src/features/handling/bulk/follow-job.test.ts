import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tellHearers } from '../../../lib/event-hub';
import type { Job } from '../../../lib/types';
import { aJob } from '../../../testing/samples';
import { followJob } from './follow-job';

const told = (job: Job) => tellHearers({ type: 'job.updated', message: null, conversation: null, data: { job } });
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('follows what is told, of its own job alone, and never back', async () => {
  const seen: number[] = [];
  const asks = vi.fn<() => Promise<Job>>();
  const followed = followJob(aJob({ total: 5 }), asks, (job) => seen.push(job.done));
  for (const done of [1, 3, 2]) told(aJob({ total: 5, done, state: 'running' }));
  told(aJob({ id: 'another', total: 5, done: 5, state: 'done' }));
  told(aJob({ total: 5, done: 4, skipped: 1, state: 'done' }));
  told(aJob({ total: 5, done: 5, state: 'running' }));
  expect(await followed).toMatchObject({ done: 4, skipped: 1 });
  expect(seen).toEqual([0, 1, 3, 4]);
  vi.advanceTimersByTime(60_000);
  expect(asks).not.toHaveBeenCalled();
});

it('asks where nothing is told, also while the server is away', async () => {
  const answers = [null, aJob({ total: 2, done: 2, state: 'done' })];
  const ask = async () => answers.shift() ?? Promise.reject(new Error('away'));
  const followed = followJob(aJob({ total: 2 }), ask, () => undefined);
  await vi.advanceTimersByTimeAsync(6000);
  expect((await followed).done).toBe(2);
  expect(answers).toHaveLength(0);
});
