import { Listeners } from './listeners';

const back = new Listeners();
let isLost = false;

/** Calls the listener when the server can be reached again. Work that waits for it is then tried at once. */
export const onLineBack = back.subscribe;

/** Tells of a sign that the server can be reached: its stream opened, or the browser found its network. */
export function lineLives(): void {
  isLost = false;
  back.tell();
}

/** Tells that a request has not reached the server. */
export function lineLost(): void {
  isLost = true;
}

/**
 * Tells of an answer. It wakes the listeners only if a request was lost before: a server that refuses something must
 * not be asked for it again at once.
 */
export function lineAnswers(status: number): void {
  // These come from a proxy before a server that is away.
  if (status === 502 || status === 503 || status === 504) isLost = true;
  else if (isLost) lineLives();
}
