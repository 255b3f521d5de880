import { Listeners } from './listeners';

/** A colleague who looks at a conversation now. */
export interface Viewer {
  user_id: string;
  name: string | null;
  /** They write a reply there. */
  typing: boolean;
}

const NOBODY: readonly Viewer[] = [];
const known = new Map<string, readonly Viewer[]>();
const changed = new Listeners();

/** Who else looks at a conversation, as far as it was told. The same list until it changes. */
export const colleaguesAt = (conversationId: string): readonly Viewer[] => known.get(conversationId) ?? NOBODY;
export const subscribeViewers = changed.subscribe;

export function setColleagues(conversationId: string, colleagues: readonly Viewer[]): void {
  if (JSON.stringify(colleaguesAt(conversationId)) === JSON.stringify(colleagues)) return;
  if (colleagues.length === 0) known.delete(conversationId);
  else known.set(conversationId, colleagues);
  changed.tell();
}

/** All that is known now, but for conversations of which something newer was told. */
export function replaceColleagues(all: ReadonlyMap<string, readonly Viewer[]>, newer: ReadonlySet<string>): void {
  for (const id of [...known.keys(), ...all.keys()]) if (!newer.has(id)) setColleagues(id, all.get(id) ?? NOBODY);
}
