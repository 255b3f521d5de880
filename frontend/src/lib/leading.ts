import { Listeners } from './listeners';

const changed = new Listeners();
let isLeader = false;

/**
 * Whether this tab speaks for all tabs of the agent in this browser: it is the one that reads the stream. Without locks
 * every tab is.
 */
export const isLeading = (): boolean => isLeader;
export const subscribeLeading = changed.subscribe;

export function setLeading(next: boolean): void {
  isLeader = next;
  changed.tell();
}
