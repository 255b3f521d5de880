import type { ReactNode } from 'react';
import styles from './pill.module.css';

interface Props {
  isOn: boolean;
  onClick: () => void;
  children: ReactNode;
}

/** One of a few ways to look at a list. The pressed one is shown. */
export function Pill({ isOn, onClick, children }: Props) {
  return (
    <button type="button" className={styles.pill} aria-pressed={isOn} onClick={onClick}>
      {children}
    </button>
  );
}
