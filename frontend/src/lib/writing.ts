import { Listeners } from './listeners';

const noted = new Listeners();
let last = { conversationId: '', at: 0 };

/** Where the agent has written a reply last, and when (milliseconds since 1970). 0: what they wrote is gone. */
export const lastWriting = (): Readonly<typeof last> => last;
export const onWriting = noted.subscribe;

export function noteWriting(conversationId: string, isText: boolean): void {
  last = { conversationId, at: isText ? Date.now() : 0 };
  noted.tell();
}
