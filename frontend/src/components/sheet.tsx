import { X } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { t } from '../words/en';
import { Button } from './button';
import styles from './sheet.module.css';
import { useModal } from './use-modal';

interface Props {
  heading: string;
  onClose: () => void;
  children: ReactNode;
  /** The actions, which stay in sight below the body. */
  footer?: ReactNode;
  isWide?: boolean;
}

/** A modal dialog with a heading, a body that scrolls, and its actions always in sight. */
export function Sheet({ heading, onClose, children, footer, isWide }: Props) {
  const dialog = useModal();
  const id = useId();
  return (
    <dialog
      ref={dialog}
      className={styles.sheet}
      data-wide={isWide || undefined}
      tabIndex={-1}
      aria-labelledby={id}
      onCancel={(event) => {
        // A file chooser inside the dialog sends this event too when it is cancelled.
        if (event.target !== dialog.current) return;
        event.preventDefault();
        onClose();
      }}
    >
      <div className={styles.bar} data-dialog-bar>
        <h2 id={id} className={styles.heading}>
          {heading}
        </h2>
        <Button kind="icon" aria-label={t.close} onClick={onClose}>
          <X size={20} />
        </Button>
      </div>
      <div className={styles.body}>{children}</div>
      {footer && <div className={styles.footer}>{footer}</div>}
    </dialog>
  );
}
