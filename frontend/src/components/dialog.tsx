import type { KeyboardEvent, ReactNode } from 'react';
import { isComposing } from '../lib/typing';
import styles from './dialog.module.css';
import { useModal } from './use-modal';

interface Props {
  label: string;
  children: ReactNode;
  /** `drawer` stands along the page's end side, from top to bottom. `palette` grows and shrinks downwards. */
  shape?: 'card' | 'drawer' | 'palette';
  onKeyDown?: (event: KeyboardEvent) => void;
}

type Closing = { onClose: () => void; isRequired?: false } | { isRequired: true; onClose?: never };

/**
 * A native modal dialog: it holds the focus, closes with Esc or a click beside it, and gives the focus back.
 * A required dialog stays until it is answered.
 */
export function Dialog({ label, onClose, isRequired, shape = 'card', onKeyDown, children }: Props & Closing) {
  const dialog = useModal();
  return (
    // Esc does what a click beside the dialog does.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={dialog}
      className={styles.dialog}
      data-shape={shape}
      tabIndex={-1}
      aria-label={label}
      onCancel={(event) => {
        // A dialog inside this one sends its own `cancel` event through here, which is not about this one.
        if (event.target !== dialog.current) return;
        event.preventDefault();
        onClose?.();
      }}
      onKeyDown={(event) => {
        // The browser would close the dialog at a second Esc without asking the handler above.
        if (isComposing(event)) return;
        if (isRequired && event.key === 'Escape') event.preventDefault();
        onKeyDown?.(event);
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose?.();
      }}
    >
      <div className={styles.body}>{children}</div>
    </dialog>
  );
}
