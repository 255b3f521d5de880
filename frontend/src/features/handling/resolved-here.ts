import { guarded } from '../../lib/listeners';

type Hear = (conversationId: string) => void;
const hearers = new Set<Hear>();

/** Hears of conversations that a reply of this page has resolved. The answer ends it. */
export function onResolvedHere(hear: Hear): () => void {
  hearers.add(hear);
  return () => hearers.delete(hear);
}

export function tellResolved(conversationId: string): void {
  for (const hear of hearers) guarded(() => hear(conversationId));
}
