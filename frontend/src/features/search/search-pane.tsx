import { Search, SlidersHorizontal, X } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { Button } from '../../components/button';
import { Pill } from '../../components/pill';
import { useLineNames } from '../../hooks/line-names';
import { onFieldAsked, takeAsked } from '../../lib/search-door';
import { isNarrowed, KINDS, LONGEST, type Question } from '../../lib/search-question';
import { isComposing } from '../../lib/typing';
import { s } from '../../words/search-en';
import { Results } from './results';
import styles from './search-pane.module.css';
import { type Asking, useQuestion } from './use-question';

interface Props {
  onClose: () => void;
  /** In addresses: all numbers, or whichever what was found belongs to. */
  number: string | null;
}

/** Where all that was said is found: it stands in the place of the list. */
export default function SearchPane({ onClose, number }: Props) {
  const asking = useQuestion();
  const { text, type, ask } = asking;
  const field = useRef<HTMLInputElement>(null);
  useFieldFocus(field);
  const pane = useRef<HTMLElement>(null);
  const toFirst = () => pane.current?.querySelector<HTMLElement>('a[data-list-row]')?.focus();
  const toField = () => field.current?.focus();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || isComposing(event)) return;
    // It leads back step by step, and never past what is open beside.
    if (event.target !== field.current) toField();
    else if (text !== '') type('');
    else onClose();
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // Escape is the same wherever in it one is.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <nav ref={pane} className={styles.pane} aria-label={s.heading} onKeyDown={onKeyDown}>
      <div role="search" className={styles.tools}>
        <div className={styles.row}>
          <div className={styles.search}>
            <Search size={18} aria-hidden />
            <input
              ref={field}
              type="search"
              className={styles.input}
              aria-label={s.field}
              placeholder={s.placeholder}
              autoComplete="off"
              value={text}
              maxLength={LONGEST}
              onChange={(event) => type(event.target.value)}
              onKeyDown={(event) => {
                if (isComposing(event)) return;
                if (event.key === 'ArrowDown') toFirst();
                else if (event.key === 'Enter') ask();
                else return;
                event.preventDefault();
              }}
            />
            {text !== '' && (
              <Button
                kind="icon"
                className={styles.clear}
                aria-label={s.clear}
                onClick={() => {
                  type('');
                  toField();
                }}
              >
                <X size={16} />
              </Button>
            )}
          </div>
          <Button kind="link" className={styles.close} aria-label={s.closeLabel} onClick={onClose}>
            {s.close}
          </Button>
        </div>
        <Narrowing asking={asking} />
      </div>
      <Results asking={asking} number={number} onField={toField} />
    </nav>
  );
}

function useFieldFocus(field: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const take = () => {
      if (!takeAsked()) return;
      field.current?.focus();
      field.current?.select();
    };
    take();
    return onFieldAsked(take);
  }, [field]);
}

/** What is searched, through which number, and of which days. */
function Narrowing({ asking: { question, narrow } }: { asking: Asking }) {
  const lines = useLineNames();
  const id = useId();
  const narrowed = isNarrowed(question);
  const [isOpen, setOpen] = useState(narrowed);
  const day = (name: 'from' | 'to') => (
    <label className={styles.day}>
      {s[name]}
      <input type="date" className={styles.field} value={question[name] ?? ''} onChange={(event) => narrow(dayOf(name, event.target.value))} />
    </label>
  );
  return (
    <>
      <div className={styles.kinds}>
        <div role="group" aria-label={s.what} className={styles.pills}>
          {[null, ...KINDS].map((kind) => (
            <Pill key={kind} isOn={question.kind === kind} onClick={() => narrow({ kind })}>
              {s.kinds[kind ?? 'all']}
            </Pill>
          ))}
        </div>
        <Button
          kind="icon"
          className={styles.more}
          aria-label={s.narrow(narrowed)}
          title={s.narrow(narrowed)}
          aria-expanded={isOpen}
          aria-controls={id}
          data-on={narrowed || undefined}
          onClick={() => setOpen(!isOpen)}
        >
          <SlidersHorizontal size={18} />
        </Button>
      </div>
      <div id={id} hidden={!isOpen} className={styles.narrowing}>
        {(lines.size > 1 || question.phoneNumberId !== null) && (
          <select
            className={styles.field}
            aria-label={s.number}
            value={question.phoneNumberId ?? ''}
            onChange={(event) => narrow({ phoneNumberId: event.target.value || null })}
          >
            <option value="">{s.everyNumber}</option>
            {[...lines].map(([phoneNumberId, name]) => (
              <option key={phoneNumberId} value={phoneNumberId}>
                {name}
              </option>
            ))}
          </select>
        )}
        <div className={styles.days}>
          {day('from')}
          {day('to')}
        </div>
      </div>
    </>
  );
}

const dayOf = (name: 'from' | 'to', day: string): Partial<Question> => ({ [name]: day === '' ? null : day });
