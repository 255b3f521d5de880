import { useCallback, useMemo } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { LIST_PARAMETERS, type ListChoice, writeChoice } from '../lib/list-filter';
import { ACTIVITY, ALL_NUMBERS, HOME, TEAM } from './place';

export interface ViewPlace {
  /** Show what a view asks for, of a number (null: as it is). The thread stays where it is of that number. */
  show: (view: string, phoneNumberId: string | null, choice: ListChoice) => void;
  /** The list stays as it is, and is no view's any more. */
  leave: () => void;
}

export function useViewPlace(): ViewPlace {
  const [path, navigate] = useLocation();
  const [, setSearch] = useSearchParams();
  const show = useCallback(
    (view: string, phoneNumberId: string | null, choice: ListChoice) => {
      const present = new URLSearchParams(location.search);
      const others = [...present].filter(([name]) => !(LIST_PARAMETERS as readonly string[]).includes(name));
      const query = new URLSearchParams([...others, ...writeChoice({ ...choice, view })]);
      if (phoneNumberId !== null) query.set('number', phoneNumberId);
      const isOfNumber = query.get('number') === present.get('number') || phoneNumberId === ALL_NUMBERS;
      const stays = isOfNumber && !path.startsWith(TEAM) && path !== ACTIVITY;
      if (!stays) query.delete('m');
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
