import { type ReactNode, type RefObject, useEffect, useId, useMemo, useRef, useState } from 'react';
import { isComposing } from '../../lib/typing';
import styles from './writing-aids.module.css';

/** A word that asks for something, from the sign before it to its last letter. */
export interface AskingWord {
  start: number;
  end: number;
  word: string;
}

interface Asked extends AskingWord {
  active: number;
  /** Esc: no list for this word any more. */
  isShut: boolean;
}

interface Props<T> {
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  /** The word that stands before the cursor and asks; null: none does. */
  wordAt: (text: string, cursor: number) => AskingWord | null;
  find: (word: string) => readonly T[];
  keyOf: (one: T) => string;
  onChoose: (one: T, word: AskingWord) => void;
  /** Somebody asks: what is found among is loaded then. */
  onAsk?: () => void;
  label: string;
  /** What is said of how many there are. */
  told: (count: number) => string;
  children: (one: T) => ReactNode;
}

/** What a word may mean, above the field; the focus stays where one writes. */
export function Offered<T>({ field, text, wordAt, find, keyOf, onChoose, onAsk, label, told, children }: Props<T>) {
  const id = useId();
  const [asked, setAsked] = useState<Asked | null>(null);
  const word = asked?.word;
  const found = useMemo(() => (word === undefined ? [] : find(word)), [find, word]);
  // What was sent, or written over by another device, has no word at that place any more.
  const isThere = asked !== null && !asked.isShut && text.slice(asked.start + 1, asked.end) === asked.word;
  const open = isThere && found.length > 0 ? asked : null;

  const choose = (at: number) => {
    const one = found[at];
    if (!open || one === undefined) return;
    setAsked(null);
    onChoose(one, open);
  };
  const onKey = (event: KeyboardEvent) => {
    if (!open || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) setAsked({ ...open, active: (open.active + step + found.length) % found.length });
    else if (event.key === 'Enter' || event.key === 'Tab') choose(open.active);
    else if (event.key === 'Escape') setAsked({ ...open, isShut: true });
    else return;
    // The composer and the page leave such a key alone.
    event.preventDefault();
  };
  const look = (element: HTMLTextAreaElement, isChoosing: boolean) => {
    const isPlain = !isChoosing && element.selectionStart === element.selectionEnd;
    const next = isPlain ? wordAt(element.value, element.selectionStart) : null;
    setAsked((known) => {
      if (next === null || known?.start !== next.start) return next && { ...next, active: 0, isShut: false };
      return known.word === next.word ? known : { ...next, active: 0, isShut: known.isShut };
    });
    if (next !== null) onAsk?.();
  };
  const handlers = useRef({ onKey, look });
  useEffect(() => {
    handlers.current = { onKey, look };
  });

  useEffect(() => {
    const element = field.current;
    if (!element) return;
    const onLook = (event: Event) => handlers.current.look(element, event instanceof InputEvent && event.isComposing);
    const leave = () => setAsked(null);
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isComposing(event)) handlers.current.onKey(event);
    };
    const looks = ['input', 'keyup', 'click', 'compositionend'];
    for (const name of looks) element.addEventListener(name, onLook);
    element.addEventListener('blur', leave);
    element.addEventListener('keydown', onKeyDown);
    // The word may have been written while this was on its way.
    if (document.activeElement === element) handlers.current.look(element, false);
    return () => {
      for (const name of looks) element.removeEventListener(name, onLook);
      element.removeEventListener('blur', leave);
      element.removeEventListener('keydown', onKeyDown);
    };
  }, [field]);

  const active = open ? `${id}-${open.active}` : null;
  useEffect(() => {
    const element = field.current;
    if (!element || active === null) return;
    const attributes = { 'aria-autocomplete': 'list', 'aria-controls': id, 'aria-activedescendant': active };
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    document.getElementById(active)?.scrollIntoView({ block: 'nearest' });
    return () => {
      for (const name of Object.keys(attributes)) element.removeAttribute(name);
    };
  }, [active, field, id]);

  return (
    <>
      <span role="status" className="sr-only">
        {open && told(found.length)}
      </span>
      {open && (
        <div id={id} role="listbox" className={styles.list} aria-label={label}>
          {found.map((one, at) => (
            // Keys are the field's, which keeps the focus.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
            <div
              key={keyOf(one)}
              id={`${id}-${at}`}
              role="option"
              aria-selected={at === open.active}
              className={styles.option}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(at)}
            >
              {children(one)}
            </div>
          ))}
        </div>
      )}
    </>
  );
}
