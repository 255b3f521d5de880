import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../components/button';
import styles from './attach.module.css';

/** A field or two, with a button that takes them away where there may be fewer. */
export function Removable({ label, onRemove, children }: { label: string; onRemove?: (() => void) | undefined; children: ReactNode }) {
  return (
    <div className={styles.removable}>
      {children}
      {onRemove && (
        <Button kind="icon" aria-label={label} onClick={onRemove}>
          <X size={18} />
        </Button>
      )}
    </div>
  );
}

export function AddButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button className={styles.inlineButton} onClick={onClick}>
      <Plus size={16} aria-hidden /> {label}
    </Button>
  );
}

/** What is wrong with all of them together. */
export function Sentences({ of }: { of: string[] }) {
  if (of.length === 0) return null;
  return (
    <p role="alert" className={styles.problem}>
      {of.join(' ')}
    </p>
  );
}
