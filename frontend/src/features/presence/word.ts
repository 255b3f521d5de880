/** What one tab of the agent's says of itself to the tab that speaks for all. */
export interface TabState {
  /** The conversation that is open in it; null: none is, or nobody can see it. */
  viewing: string | null;
  /** A reply is being written there. */
  typing: boolean;
  /** When somebody touched it last, in milliseconds since 1970. */
  usedAt: number;
}

/** What the server is told: all of this browser at once. */
export interface Word {
  state: 'active' | 'idle';
  viewing: string | null;
  typing: boolean;
}

// Who touches nothing for so long has gone from the screen.
export const IDLE_MS = 5 * 60_000;

/**
 * The best of all tabs: whoever is active in one of them is. They look at what is open where they were last. Who has
 * gone from the screen looks at nothing, whatever stands open on it.
 */
export function wordOf(tabs: Iterable<TabState>, now: number): Word {
  const all = [...tabs].toSorted((a, b) => b.usedAt - a.usedAt);
  const isActive = all[0] !== undefined && now - all[0].usedAt < IDLE_MS;
  const seen = isActive ? all.find((tab) => tab.viewing !== null) : undefined;
  return { state: isActive ? 'active' : 'idle', viewing: seen?.viewing ?? null, typing: seen?.typing ?? false };
}

export const isSame = (a: Word, b: Word): boolean => a.state === b.state && a.viewing === b.viewing && a.typing === b.typing;
