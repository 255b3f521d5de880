import { Check, Plus } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { matchesWords } from '../lib/match-words';
import { isComposing } from '../lib/typing';
import { t } from '../words/en';
import { Dialog } from './dialog';
import styles from './picker.module.css';

export interface Choice {
  key: string;
  icon?: ReactNode;
  text: string;
  detail?: string | null;
  /** Of several that may be chosen: whether this one is. */
  isOn?: boolean;
}

interface Props {
  label: string;
  placeholder: string;
  choices: readonly Choice[];
  onChoose: (key: string) => void;
  onClose: () => void;
  /** Several may be chosen, one after the other: a choice leaves the picker open. */
  isMultiple?: boolean;
  /** What is offered for what was typed, where it can be made; null: it cannot. */
  making?: ((typed: string) => string | null) | undefined;
  onMake?: (typed: string) => void;
  /** Said in place of the choices: they are on their way, or could not be loaded. */
  notice?: ReactNode;
  /** Said where nothing matches. */
  none: string;
  children?: ReactNode;
}

// More than anybody reads; typing finds the others.
const SHOWN = 200;
// No id of the server's is empty.
const NEW = '';

/** A field that narrows a list of choices: a combobox by keyboard, over the page. */
export function Picker(props: Props) {
  const { label, placeholder, choices, onChoose, onClose, isMultiple = false, making, onMake, notice, none, children } = props;
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const found = choices.filter((choice) => matchesWords(choice.text, text)).slice(0, SHOWN);
  const made = text.trim() === '' ? null : (making?.(text.trim()) ?? null);
  const shown: Choice[] = made === null ? found : [...found, { key: NEW, icon: <Plus size={18} />, text: made }];
  const at = Math.max(0, Math.min(active, shown.length - 1));
  useEffect(() => {
    list.current?.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest' });
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [at]);

  const choose = (choice: Choice | undefined) => {
    if (!choice) return;
    if (choice.key === NEW) return onMake?.(text.trim());
    onChoose(choice.key);
    if (isMultiple) setText('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    const steps: Record<string, number> = {
      ArrowDown: (at + 1) % Math.max(1, shown.length),
      ArrowUp: (at - 1 + shown.length) % Math.max(1, shown.length),
      PageDown: Math.min(shown.length - 1, at + 8),
      PageUp: Math.max(0, at - 8),
    };
    const next = steps[event.key];
    if (next !== undefined) setActive(next);
    else if (event.key === 'Enter') choose(shown[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog shape="palette" label={label} onClose={onClose}>
      <input
        type="text"
        role="combobox"
        className={styles.input}
        aria-label={label}
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={shown.length > 0 ? `${id}-${at}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        placeholder={placeholder}
        maxLength={100}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      {notice ?? (
        <>
          <div
            ref={list}
            id={`${id}-list`}
            role="listbox"
            aria-label={label}
            aria-multiselectable={isMultiple || undefined}
            className={styles.list}
          >
            {shown.map((choice, index) => (
              // The field has the focus and the keys.
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
              <div
                key={choice.key}
                id={`${id}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={isMultiple ? choice.isOn === true : index === at}
                data-active={index === at || undefined}
                className={styles.choice}
                onClick={() => choose(choice)}
                onPointerMove={() => setActive(index)}
              >
                <span className={styles.icon} aria-hidden>
                  {choice.icon}
                </span>
                <bdi className={styles.text}>{choice.text}</bdi>
                {choice.detail && <span className={styles.detail}>{choice.detail}</span>}
                {choice.isOn && <Check size={18} aria-hidden className={styles.check} />}
              </div>
            ))}
          </div>
          <p role="status" className={shown.length > 0 ? 'sr-only' : styles.none}>
            {shown.length > 0 ? t.palette.count(shown.length) : none}
          </p>
        </>
      )}
      {children}
    </Dialog>
  );
}
