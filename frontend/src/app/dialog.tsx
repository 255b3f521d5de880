import { type ReactNode, useEffect, useRef } from 'react';
import styles from './dialog.module.css';

interface Props {
  label: string;
  onClose: () => void;
  children: ReactNode;
}

/** A native modal dialog: it holds the focus, closes with Esc, and gives the focus back. */
export function Dialog({ label, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog ref={dialog} className={styles.dialog} aria-label={label} onCancel={onClose}>
      {children}
    </dialog>
  );
}
