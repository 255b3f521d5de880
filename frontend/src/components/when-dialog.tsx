import { AlarmClock } from 'lucide-react';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { useNow } from '../hooks/browser';
import { useSettings } from '../hooks/settings';
import { dayAndHour } from '../lib/format';
import { readField, type SnoozeTime, snoozeTimes, writeField } from '../lib/snooze-times';
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
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const time = readField(field, timeZone);
    if (time === null || time <= new Date()) setErrors([words.past]);
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
          type="datetime-local"
          label={words.own}
          value={field}
          errors={errors}
          onChange={(event) => {
            setField(event.target.value);
            setErrors([]);
          }}
        />
        <Button type="submit">{words.submit}</Button>
      </form>
      <p className={styles.note}>{note}</p>
    </Dialog>
  );
}
