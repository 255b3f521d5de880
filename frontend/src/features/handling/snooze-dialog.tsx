import { AlarmClock, MessageCircleReply } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { Button } from '../../components/button';
import { Dialog } from '../../components/dialog';
import { DialogBar } from '../../components/dialog-bar';
import { Field } from '../../components/field';
import { useNow } from '../../hooks/browser';
import { useSettings } from '../../hooks/settings';
import { dayAndHour } from '../../lib/format';
import { h } from '../../words/handling-en';
import styles from './handling.module.css';
import { readField, snoozeTimes, writeField } from '../../lib/snooze-times';

interface Props {
  /** When the window closes; null: it is closed, or each of several has its own. */
  windowEnds: string | null;
  /** Null: until they reply. */
  onSnooze: (until: Date | null) => void;
  onClose: () => void;
}

const HOUR_MS = 3600_000;

/** Puts a conversation off: until a time, or until the customer answers, whichever comes first. */
export function SnoozeDialog({ windowEnds: ends, onSnooze, onClose }: Props) {
  const now = useNow();
  const { timeZone } = useSettings();
  const [field, setField] = useState(() => writeField(new Date(now.getTime() + HOUR_MS), timeZone));
  const [errors, setErrors] = useState<string[]>([]);
  const put = (until: Date | null) => {
    onSnooze(until);
    onClose();
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const until = readField(field, timeZone);
    if (until === null || until <= new Date()) setErrors([h.snoozePast]);
    else put(until);
  };
  return (
    <Dialog label={h.snooze} onClose={onClose}>
      <DialogBar heading={h.snooze} onClose={onClose} />
      <ul className={styles.times}>
        {snoozeTimes(now, timeZone, ends).map(({ kind, until }) => (
          <li key={kind}>
            <button type="button" className={styles.time} onClick={() => put(until)}>
              <AlarmClock size={18} aria-hidden />
              <span>{h.snoozeTimes[kind]}</span>
              <time dateTime={until.toISOString()}>{dayAndHour(until.toISOString())}</time>
            </button>
          </li>
        ))}
        <li>
          <button type="button" className={styles.time} onClick={() => put(null)}>
            <MessageCircleReply size={18} aria-hidden />
            <span>{h.snoozeUntilReply}</span>
          </button>
        </li>
      </ul>
      <form className={styles.custom} noValidate onSubmit={submit}>
        <Field
          type="datetime-local"
          label={h.snoozeAt}
          value={field}
          errors={errors}
          onChange={(event) => {
            setField(event.target.value);
            setErrors([]);
          }}
        />
        <Button type="submit">{h.snoozeNow}</Button>
      </form>
      <p className={styles.note}>{ends === null ? h.snoozeHint : h.snoozeWindow(dayAndHour(ends))}</p>
    </Dialog>
  );
}
