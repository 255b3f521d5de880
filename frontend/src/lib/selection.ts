/** Which conversations of a list are chosen, to do one thing to all of them. */
export interface Selection {
  ids: ReadonlySet<string>;
  /** The one that was chosen last: a range goes from it. */
  anchor: string | null;
  /** All that the list's filter leaves, also what is not loaded. */
  isAll: boolean;
}

/** Null: nobody is choosing. */
export type Choosing = Selection | null;

export const NOTHING: Selection = { ids: new Set(), anchor: null, isAll: false };

export const isChosen = (now: Choosing, id: string): boolean => now !== null && (now.isAll || now.ids.has(id));

/** One more, or one less. What is taken out of all that match leaves those that are loaded. */
export function toggled(now: Choosing, id: string, listed: readonly string[]): Selection {
  const ids = new Set(now?.isAll ? listed : now?.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id, isAll: false };
}

/** All between the one that was chosen last and this one, besides what is chosen. */
export function extended(now: Choosing, id: string, listed: readonly string[]): Selection {
  if (now?.isAll) return now;
  const anchor = now?.anchor && listed.includes(now.anchor) ? now.anchor : id;
  const [from, to] = [listed.indexOf(anchor), listed.indexOf(id)].toSorted((a, b) => a - b);
  return { ids: new Set([...(now?.ids ?? []), ...listed.slice(from, (to ?? 0) + 1)]), anchor, isAll: false };
}

export const allListed = (listed: readonly string[]): Selection => ({ ids: new Set(listed), anchor: null, isAll: false });

export const allMatching = (listed: readonly string[]): Selection => ({ ...allListed(listed), isAll: true });
