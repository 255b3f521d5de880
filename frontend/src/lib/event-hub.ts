import type { EventType, LiveEvent } from './apply-event';
import { guarded } from './listeners';

type Hear = (event: LiveEvent) => void;
const hearers = new Map<EventType, Set<Hear>>();

/** Hears events of a kind once the cache has them: for what a feature keeps of its own. The answer ends it. */
export function onLiveEvent(type: EventType, hear: Hear): () => void {
  const all = hearers.get(type) ?? new Set();
  hearers.set(type, all.add(hear));
  return () => all.delete(hear);
}

export function tellHearers(event: LiveEvent): void {
  for (const hear of hearers.get(event.type) ?? []) guarded(() => hear(event));
}
