import { X } from 'lucide-react';
import { t } from '../words/en';
import { Button } from './button';
import styles from './dialog.module.css';

/** A dialog's heading, and the button that closes it. */
export function DialogBar({ heading, onClose }: { heading: string; onClose: () => void }) {
  return (
    <div className={styles.bar} data-dialog-bar>
      <h2 className={styles.heading}>{heading}</h2>
      <Button kind="icon" aria-label={t.close} onClick={onClose}>
        <X size={20} />
      </Button>
    </div>
  );
}
