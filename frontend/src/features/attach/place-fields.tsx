import { LocateFixed } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { c } from '../../words/compose-en';
import styles from './attach.module.css';
import { parsePlace } from './parse-place';
import type { PlaceValue } from './templates';

export const NO_PLACE: PlaceValue = { latitude: '', longitude: '', name: '', address: '' };

interface Props {
  value: PlaceValue;
  onChange: (value: PlaceValue) => void;
  errorsOf: (field: keyof PlaceValue) => string[];
}

/** A place: by its coordinates, by a map's link, or where the agent is; with a name and an address. */
export function PlaceFields({ value, onChange, errorsOf }: Props) {
  const [found, setFound] = useState('');
  const [hasFailed, setFailed] = useState(false);
  const find = (text: string) => {
    setFound(text);
    const place = parsePlace(text);
    if (place) onChange({ ...value, latitude: String(place.latitude), longitude: String(place.longitude) });
  };
  const here = () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setFailed(false);
        onChange({ ...value, latitude: coords.latitude.toFixed(6), longitude: coords.longitude.toFixed(6) });
      },
      () => setFailed(true),
    );
  const field = (name: keyof PlaceValue) => ({
    label: c.place[name],
    value: value[name],
    errors: errorsOf(name),
    onChange: (event: { target: { value: string } }) => onChange({ ...value, [name]: event.target.value }),
  });
  return (
    <div className={styles.form}>
      <Field
        label={c.place.find}
        hint={c.place.findHint}
        value={found}
        onChange={(event) => find(event.target.value)}
      />
      {'geolocation' in navigator && (
        <Button className={styles.inlineButton} onClick={here}>
          <LocateFixed size={16} aria-hidden /> {c.place.here}
        </Button>
      )}
      {hasFailed && <p role="alert">{c.place.hereFailed}</p>}
      <div className={styles.pair}>
        <Field {...field('latitude')} inputMode="decimal" dir="ltr" />
        <Field {...field('longitude')} inputMode="decimal" dir="ltr" />
      </div>
      <Field {...field('name')} dir="auto" />
      <Field {...field('address')} dir="auto" />
    </div>
  );
}
