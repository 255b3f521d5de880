import type { InfiniteData } from '@tanstack/react-query';
import type { Change, Note } from '../../lib/types';

/** What stands in a thread beside messages: the team's changes of the conversation, and their notes. */
export type MarginEntry = { kind: 'note'; id: string; at: string; note: Note } | { kind: 'change'; id: string; at: string; change: Change };

export interface MarginPage {
  entries: MarginEntry[];
  /** The first and the last entry of the page, of whatever kind, and when they were; null: the page is empty. */
  first: MarginEnd | null;
  last: MarginEnd | null;
  hasBefore: boolean;
  hasAfter: boolean;
}

interface MarginEnd {
  id: string;
  at: string;
}

/** Which page of the timeline is asked for; none of the three: its end. */
export type MarginSide = { around?: string; before?: string; after?: string };

/** The newest page first, each with its oldest entry first. */
export type MarginData = InfiniteData<MarginPage, MarginSide>;

export const marginOf = (pages: readonly MarginPage[] = []): MarginEntry[] => pages.toReversed().flatMap((page) => page.entries);

/** The margin with a note or a change that has come, or as a note is now. An older version of a note changes nothing. */
export function putMargin(data: MarginData, entry: MarginEntry): MarginData {
  for (const [at, page] of data.pages.entries()) {
    const index = page.entries.findIndex((known) => known.id === entry.id);
    const known = page.entries[index];
    if (known === undefined) continue;
    if (known.kind !== 'note' || entry.kind !== 'note' || !isNewer(entry.note, known.note)) return data;
    return { ...data, pages: data.pages.with(at, { ...page, entries: page.entries.with(index, entry) }) };
  }
  const [newest] = data.pages;
  if (newest === undefined) return data;
  const place = newest.entries.findLastIndex((known) => known.at <= entry.at) + 1;
  // What is older than all that are loaded comes with a page further back, and what is newer with one further on.
  if (place === 0 && newest.hasBefore) return data;
  if (newest.hasAfter && entry.at > (newest.last?.at ?? '')) return data;
  return { ...data, pages: data.pages.with(0, { ...newest, entries: newest.entries.toSpliced(place, 0, entry) }) };
}

const isNewer = (a: Note, b: Note): boolean => a.version > b.version || (a.deleted_at !== null && b.deleted_at === null);

/** What belongs to a span of messages: the margin tells of more than is loaded of them, and may tell of less. */
export function within(entries: MarginEntry[], from: string | null, to: string | null): MarginEntry[] {
  return entries.filter(({ at }) => (from === null || at >= from) && (to === null || at <= to));
}
