import type { ReactNode } from 'react';
import type { Member } from '../lib/types';
import { v } from '../words/presence-en';
import styles from './with-presence.module.css';

/** Somebody's picture with a dot on it: whether they are there. The dots differ by shape too. */
export function WithPresence({ presence, children }: { presence: Member['presence']; children: ReactNode }) {
  const said = v.presences[presence];
  return (
    <span className={styles.place} title={said}>
      {children}
      <span className={styles.dot} data-presence={presence}>
        <span className="sr-only">{said}</span>
      </span>
    </span>
  );
}
