import { useCallback, useState } from 'react';
import type { ListFilter } from '../../lib/list-filter';
import type { Choosing } from '../../lib/selection';

export interface Selecting {
  selection: Choosing;
  change: (how: (now: Choosing) => Choosing) => void;
}

/** What is chosen in a list. Another list begins with nothing: nobody acts on what they do not see. */
export function useSelection(filter: ListFilter): Selecting {
  const list = JSON.stringify(filter);
  const [kept, setKept] = useState<{ list: string; selection: Choosing }>({ list, selection: null });
  const change = useCallback(
    (how: (now: Choosing) => Choosing) =>
      setKept((known) => ({ list, selection: how(known.list === list ? known.selection : null) })),
    [list],
  );
  return { selection: kept.list === list ? kept.selection : null, change };
}
