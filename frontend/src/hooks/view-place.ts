import { useCallback, useMemo } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { LIST_PARAMETERS, type ListChoice, writeChoice } from '../lib/list-filter';
import { ACTIVITY, ALL_NUMBERS, HOME, ROOM_FOR_TWO, SEARCH_PARAMETERS, TEAM } from './place';

export interface ViewPlace {
  /**
   * Show what a view asks for, of a number (null: as it is). The thread stays where it is of that number, but for who
   * is going to the list from elsewhere and has no room for both. A search that lies over the list is closed.
   */
  show: (view: string, phoneNumberId: string | null, choice: ListChoice, isGoing?: boolean) => void;
  /** The list stays as it is, and is no view's any more. */
  leave: () => void;
}

const REPLACED: readonly string[] = [...LIST_PARAMETERS, ...SEARCH_PARAMETERS];

export function useViewPlace(): ViewPlace {
  const [path, navigate] = useLocation();
  const [, setSearch] = useSearchParams();
  const show = useCallback(
    (view: string, phoneNumberId: string | null, choice: ListChoice, isGoing = false) => {
      const present = new URLSearchParams(location.search);
      const others = [...present].filter(([name]) => !REPLACED.includes(name));
      const query = new URLSearchParams([...others, ...writeChoice({ ...choice, view })]);
      if (phoneNumberId !== null) query.set('number', phoneNumberId);
      const isOfNumber = query.get('number') === present.get('number') || phoneNumberId === ALL_NUMBERS;
      const hasRoom = !isGoing || window.matchMedia(ROOM_FOR_TWO).matches;
      const stays = hasRoom && isOfNumber && !path.startsWith(TEAM) && path !== ACTIVITY;
      if (!stays) for (const name of ['m', 'note']) query.delete(name);
      navigate(`${stays ? path : HOME}?${query.toString()}`, { replace: stays });
    },
    [navigate, path],
  );
  const leave = useCallback(
    () =>
      setSearch(
        (present) => {
          present.delete('view');
          return present;
        },
        { replace: true },
      ),
    [setSearch],
  );
  return useMemo(() => ({ show, leave }), [show, leave]);
}
