import { onLiveEvent } from '../../../lib/event-hub';
import type { Job } from '../../../lib/types';

// Events tell how far it is; this is for what they do not.
const ASK_EVERY_MS = 3000;

const reached = (job: Job): number => job.done + job.skipped + job.failed;

/**
 * Follows a bulk action to its end, whatever becomes of the part of the page that began it. What is told and what is
 * asked for may come in any order: it never goes back.
 */
export function followJob(started: Job, ask: () => Promise<Job>, onMore: (job: Job) => void): Promise<Job> {
  return new Promise((resolve) => {
    let now = started;
    const take = (told: Job) => {
      if (told.id !== now.id || now.state === 'done' || reached(told) < reached(now)) return;
      now = told;
      onMore(now);
      if (now.state !== 'done') return;
      stopHearing();
      clearInterval(timer);
      resolve(now);
    };
    const stopHearing = onLiveEvent('job.updated', ({ data }) => take(data?.job as Job));
    const timer = setInterval(() => {
      ask()
        .then(take)
        .catch(() => {
          // The server is away: the next round asks again.
        });
    }, ASK_EVERY_MS);
    take(started);
  });
}
