import { Check } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { isComposing } from '../lib/typing';
import { Button } from './button';
import styles from './menu.module.css';

interface Props {
  label: string;
  icon: ReactNode;
  heading?: ReactNode;
  /** It opens upwards. */
  isAbove?: boolean;
  children: ReactNode;
}

/** A button that opens a list of actions. Arrow keys move in the list; Esc and a choice close it. */
export function Menu({ label, icon, heading, isAbove = false, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return;
    items(place.current)[0]?.focus();
    const onPress = (event: PointerEvent) => {
      if (!(event.target instanceof Node) || place.current?.contains(event.target)) return;
      setOpen(false);
      // The element that was pressed takes the focus, where it can.
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) opener.current?.focus();
      });
    };
    document.addEventListener('pointerdown', onPress);
    return () => document.removeEventListener('pointerdown', onPress);
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    const all = items(place.current);
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'Escape') close();
    else if (event.key === 'ArrowDown') all[(at + 1) % all.length]?.focus();
    else if (event.key === 'ArrowUp') all[(at - 1 + all.length) % all.length]?.focus();
    else if (event.key === 'Home') all[0]?.focus();
    else if (event.key === 'End') all.at(-1)?.focus();
    else if (event.key === 'Tab') return setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={place} className={styles.place}>
      <Button
        ref={opener}
        kind="icon"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {icon}
      </Button>
      {isOpen && (
        <div className={styles.layer} data-above={isAbove || undefined}>
          {heading && <p className={styles.heading}>{heading}</p>}
          <div
            id={id}
            role="menu"
            tabIndex={-1}
            aria-label={label}
            onKeyDown={onKeyDown}
            onClick={close}
            className={styles.items}
          >
            {children}
          </div>
        </div>
      )}
    </div>
  );
}

const items = (place: HTMLElement | null): HTMLElement[] => [
  ...(place?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? []),
];

interface ItemProps {
  icon: ReactNode;
  children: ReactNode;
  /** If given, the action is a setting that is on or off. */
  isChecked?: boolean;
  /** It is one of several choices, of which one holds. */
  isOneOf?: boolean;
  onChoose: () => void;
}

export function MenuItem({ icon, children, isChecked, isOneOf, onChoose }: ItemProps) {
  return (
    <button
      type="button"
      role={isChecked === undefined ? 'menuitem' : isOneOf ? 'menuitemradio' : 'menuitemcheckbox'}
      aria-checked={isChecked}
      tabIndex={-1}
      className={styles.item}
      onClick={onChoose}
    >
      <span className={styles.icon} aria-hidden>
        {icon}
      </span>
      <span className={styles.words}>{children}</span>
      {isChecked && <Check size={18} aria-hidden />}
    </button>
  );
}
