import { Listeners } from './listeners';

const back = new Listeners();
let isLost = false;

/** Told when the server lives again: what waits for it is tried at once. */
export const onLineBack = back.subscribe;

/** Any sign that the server can be reached: its stream opened, the browser found its network. */
export function lineLives(): void {
  isLost = false;
  back.tell();
}

/** A request has not reached it. */
export function lineLost(): void {
  isLost = true;
}

/** An answer. News only where one was missing before: the server that refuses something is not asked for it again. */
export function lineAnswers(status: number): void {
  // A proxy that stands before a server that is away.
  if (status === 502 || status === 503 || status === 504) isLost = true;
  else if (isLost) lineLives();
}
