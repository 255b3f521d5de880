import { ALL_NUMBERS } from '../../hooks/place';
import { numberName } from '../../lib/names';
import type { PhoneNumber } from '../../lib/types';
import { t } from '../../words/en';
import styles from './number-select.module.css';

interface Props {
  numbers: PhoneNumber[];
  value: string | null;
  onChange: (phoneNumberId: string) => void;
  onConnect: () => void;
}

const CONNECT = '+';

/** Which of our numbers is shown: a native control, so that it works by keyboard and on a phone. */
export function NumberSelect({ numbers, value, onChange, onConnect }: Props) {
  const chosen = numbers.find((number) => number.phone_number_id === value);
  return (
    <label className={styles.label}>
      <span className="sr-only">{t.header.number}</span>
      <select
        className={styles.select}
        dir={directionOf(chosen === undefined ? t.header.allNumbers : numberName(chosen))}
        value={value ?? ''}
        onChange={(event) => {
          if (event.target.value === CONNECT) onConnect();
          else onChange(event.target.value);
        }}
      >
        {numbers.length > 1 && <option value={ALL_NUMBERS}>{t.header.allNumbers}</option>}
        {numbers.map((number) => (
          <option key={number.phone_number_id} value={number.phone_number_id}>
            {optionText(number)}
          </option>
        ))}
        <option value={CONNECT}>{t.header.connectNumber}</option>
      </select>
    </label>
  );
}

const RTL = /^\P{L}*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** Of the name that is chosen: where it does not fit, its end is cut off. `auto` would go by the first of all options. */
function directionOf(name: string): 'ltr' | 'rtl' {
  return RTL.test(name) ? 'rtl' : 'ltr';
}

function optionText(number: PhoneNumber): string {
  const parts = [numberName(number)];
  if (number.unread_count > 0) parts.push(t.header.unread(number.unread_count));
  if (number.status === 'paused') parts.push(t.header.paused);
  return parts.join(' · ');
}
