import { type ReactNode, useState } from 'react';
import { t } from '../words/en';
import { Button } from './button';

const STEP = 100;

interface Props<T> {
  items: readonly T[];
  first?: number;
  children: (shown: readonly T[]) => ReactNode;
}

/** The first items of a list, and a button for the rest: a stranger may send any number of them. */
export function Some<T>({ items, first = 20, children }: Props<T>) {
  const [most, setMost] = useState(first);
  return (
    <>
      {children(items.length > most ? items.slice(0, most) : items)}
      {items.length > most && (
        <Button kind="link" onClick={() => setMost(most + STEP)}>
          {t.more(items.length - most)}
        </Button>
      )}
    </>
  );
}
