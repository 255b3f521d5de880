import { type ReactNode, useEffect, useRef } from 'react';
import styles from './dialog.module.css';

interface Props {
  label: string;
  children: ReactNode;
}

type Closing = { onClose: () => void; isRequired?: false } | { isRequired: true; onClose?: never };

/**
 * A native modal dialog: it holds the focus, closes with Esc or a click beside it, and gives the focus back.
 * One that is required stays until it is answered.
 */
export function Dialog({ label, onClose, isRequired, children }: Props & Closing) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  return (
    // Esc does what a click beside the dialog does.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onKeyDown={(event) => {
        // A second Esc would close it past the handler above.
        if (isRequired && event.key === 'Escape') event.preventDefault();
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose?.();
      }}
    >
      <div className={styles.body}>{children}</div>
    </dialog>
  );
}
