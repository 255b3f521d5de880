import { AlarmClock } from 'lucide-react';
import { type ReactNode, type SubmitEvent, useEffect, useState } from 'react';
import { useNow } from '../hooks/browser';
import { useSettings } from '../hooks/settings';
import { dayAndHour } from '../lib/format';
import { formatLocale } from '../lib/language';
import { loadPatiently } from '../lib/lazy-part';
import { readField, type SnoozeTime, snoozeTimes, writeField } from '../lib/snooze-times';
import { when } from '../words/when-en';
import { Button } from './button';
import { Dialog } from './dialog';
import { DialogBar } from './dialog-bar';
import { Field } from './field';
import styles from './when-dialog.module.css';

export interface WhenWords {
  heading: string;
  times: Record<SnoozeTime['kind'], string>;
  own: string;
  submit: string;
  past: string;
}

interface Props {
  words: WhenWords;
  note: string;
  /** When the customer service window closes. */
  windowEnds: string | null;
  /** What the field for a time of one's own begins with; else in an hour. */
  initial?: Date;
  /** Above the times to choose from. */
  children?: ReactNode;
  /** Below them: a choice that is no time. */
  choice?: { icon: ReactNode; name: string; onPick: () => void };
  onPick: (time: Date) => void;
  onClose: () => void;
}

const HOUR_MS = 3600_000;

/** Asks when something is to happen: at one of the usual times, or at one's own. */
export function WhenDialog({ words, note, windowEnds, initial, children, choice, onPick, onClose }: Props) {
  const now = useNow();
  const { timeZone } = useSettings();
  const [field, setField] = useState(() => writeField(initial ?? new Date(now.getTime() + HOUR_MS), timeZone));
  const [errors, setErrors] = useState<string[]>([]);
  const [inWords, setInWords] = useState('');
  const timeOf = useTimeWords();
  const languages = [formatLocale, ...navigator.languages];
  // What is written in words is what counts, as long as something is.
  const said = inWords.trim() === '' || timeOf === null ? undefined : timeOf(inWords, now, timeZone, languages);
  const time = said === undefined ? readField(field, timeZone) : said;
  const shown = time === null ? '' : dayAndHour(time.toISOString());
  const trouble = said === null ? when.unknown : said && said <= now ? when.over(shown) : null;
  const isPastWindow = windowEnds !== null && time !== null && time > new Date(windowEnds);
  const beforeItCloses = windowEnds === null ? null : new Date(Date.parse(windowEnds) - HOUR_MS);
  const setOwn = (value: string) => {
    setField(value);
    setInWords('');
    setErrors([]);
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (time === null || isOver(time)) setErrors([words.past]);
    else onPick(time);
  };
  return (
    <Dialog label={words.heading} onClose={onClose}>
      <DialogBar heading={words.heading} onClose={onClose} />
      {children}
      <ul className={styles.times}>
        {snoozeTimes(now, timeZone, windowEnds).map(({ kind, until }) => (
          <li key={kind}>
            <button type="button" className={styles.time} onClick={() => onPick(until)}>
              <AlarmClock size={18} aria-hidden />
              <span>{words.times[kind]}</span>
              <time dateTime={until.toISOString()}>{dayAndHour(until.toISOString())}</time>
            </button>
          </li>
        ))}
        {choice && (
          <li>
            <button type="button" className={styles.time} onClick={choice.onPick}>
              {choice.icon}
              <span>{choice.name}</span>
            </button>
          </li>
        )}
      </ul>
      <form className={styles.custom} noValidate onSubmit={submit}>
        <Field
          dir="auto"
          autoComplete="off"
          label={when.words}
          placeholder={when.example}
          value={inWords}
          onChange={(event) => {
            setInWords(event.target.value);
            setErrors([]);
          }}
        />
        <Field
          type="datetime-local"
          label={words.own}
          // Words are shown as the time that they name.
          value={said ? writeField(said, timeZone) : field}
          errors={errors}
          onChange={(event) => setOwn(event.target.value)}
        />
        <Button type="submit">{words.submit}</Button>
        <p role="status" className={styles.told} data-trouble={trouble !== null || undefined}>
          {trouble ?? (said && when.isThen(shown))}
        </p>
      </form>
      {isPastWindow && (
        <p role="status" className={styles.window}>
          {when.closesBefore(dayAndHour(windowEnds))}{' '}
          {beforeItCloses !== null && beforeItCloses > now && (
            <Button kind="link" onClick={() => setOwn(writeField(beforeItCloses, timeZone))}>
              {when.beforeItCloses}
            </Button>
          )}
        </p>
      )}
      <p className={styles.note}>{note}</p>
    </Dialog>
  );
}

const isOver = (time: Date): boolean => time <= new Date();

type TimeOf = typeof import('../lib/time-words').timeOf;

/** What reads times in words: it comes while the dialog is looked at. Null until then. */
function useTimeWords(): TimeOf | null {
  const [timeOf, setTimeOf] = useState<TimeOf | null>(null);
  useEffect(() => {
    let isThere = true;
    void loadPatiently(() => import('../lib/time-words')).then((part) => isThere && setTimeOf(() => part.timeOf));
    return () => {
      isThere = false;
    };
  }, []);
  return timeOf;
}
