import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { keys } from '../lib/keys';
import { lineNames } from '../lib/names';
import type { PhoneNumber } from '../lib/types';

/** What each of our numbers is called beside the others. */
export function useLineNames(): ReadonlyMap<string, string> {
  const numbers = useQueryClient().getQueryData<PhoneNumber[]>(keys.phoneNumbers());
  return useMemo(() => lineNames(numbers ?? []), [numbers]);
}
