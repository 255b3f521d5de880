import { type RefObject, useEffect, useId, useMemo, useRef, useState } from 'react';
import { type Emoji, type EmojiWord, emojiWord, findEmoji, loadEmoji } from '../../components/emoji/emoji-search';
import { isComposing } from '../../lib/typing';
import { w } from '../../words/writing-en';
import type { Selected } from './formatting';
import styles from './writing-aids.module.css';

interface Props {
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  onEdit: (next: Selected) => void;
}

interface Asked extends EmojiWord {
  active: number;
  /** Esc: no list for this word any more. */
  isShut: boolean;
}

/** What “:sm” may mean, above the field; the focus stays where one writes. */
export function EmojiList({ field, text, onEdit }: Props) {
  const id = useId();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [all, setAll] = useState<readonly Emoji[]>([]);
  const word = asked?.word;
  const found = useMemo(() => (word === undefined ? [] : findEmoji(all, word)), [all, word]);
  // What was sent, or written over by another device, has no word at that place any more.
  const isThere = asked !== null && !asked.isShut && text.slice(asked.start + 1, asked.end) === asked.word;
  const open = isThere && found.length > 0 ? asked : null;

  const choose = (at: number) => {
    const emoji = found[at]?.emoji;
    if (!open || emoji === undefined) return;
    const cursor = open.start + emoji.length;
    setAsked(null);
    onEdit({ text: text.slice(0, open.start) + emoji + text.slice(open.end), start: cursor, end: cursor });
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
  const keyHandler = useRef(onKey);
  useEffect(() => {
    keyHandler.current = onKey;
  });

  useEffect(() => {
    const element = field.current;
    if (!element) return;
    const look = (event: Event) => {
      const isChoosing = event instanceof InputEvent && event.isComposing;
      const isPlain = !isChoosing && element.selectionStart === element.selectionEnd;
      const next = isPlain ? emojiWord(element.value, element.selectionStart) : null;
      setAsked((known) => {
        if (next === null || known?.start !== next.start) return next && { ...next, active: 0, isShut: false };
        return known.word === next.word ? known : { ...next, active: 0, isShut: known.isShut };
      });
      if (next !== null) loadEmoji().then(setAll, () => undefined);
    };
    const leave = () => setAsked(null);
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isComposing(event)) keyHandler.current(event);
    };
    const looks = ['input', 'keyup', 'click', 'compositionend'];
    for (const name of looks) element.addEventListener(name, look);
    element.addEventListener('blur', leave);
    element.addEventListener('keydown', onKeyDown);
    return () => {
      for (const name of looks) element.removeEventListener(name, look);
      element.removeEventListener('blur', leave);
      element.removeEventListener('keydown', onKeyDown);
    };
  }, [field]);

  const active = open ? `${id}-${open.active}` : null;
  useEffect(() => {
    const element = field.current;
    if (!element || active === null) return;
    const told = { 'aria-autocomplete': 'list', 'aria-controls': id, 'aria-activedescendant': active };
    for (const [name, value] of Object.entries(told)) element.setAttribute(name, value);
    document.getElementById(active)?.scrollIntoView({ block: 'nearest' });
    return () => {
      for (const name of Object.keys(told)) element.removeAttribute(name);
    };
  }, [active, field, id]);

  return (
    <>
      <span role="status" className="sr-only">
        {open && w.found(found.length)}
      </span>
      {open && (
        <div id={id} role="listbox" className={styles.list} aria-label={w.list}>
          {found.map(({ emoji, label }, at) => (
            // Keys are the field's, which keeps the focus.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
            <div
              key={emoji}
              id={`${id}-${at}`}
              role="option"
              aria-selected={at === open.active}
              className={styles.option}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(at)}
            >
              <span className={styles.sign} aria-hidden>
                {emoji}
              </span>
              <bdi>{label}</bdi>
            </div>
          ))}
        </div>
      )}
    </>
  );
}
