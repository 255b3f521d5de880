import { Listeners } from './listeners';

/** Whoever opens the search wants to type: its field takes the focus, also where it is open, or still to be loaded. */
const asked = new Listeners();
let isAsked = false;

export const onFieldAsked = asked.subscribe;

export function askForField(): void {
  isAsked = true;
  asked.tell();
}

/** Whether the field was asked for since it last took the focus. */
export function takeAsked(): boolean {
  const was = isAsked;
  isAsked = false;
  return was;
}
