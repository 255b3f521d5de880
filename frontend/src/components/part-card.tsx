import { MapPin } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Place } from '../lib/message/place';
import { shorten } from '../lib/shorten';
import { k } from '../words/kinds-en';
import styles from './parts.module.css';
import { Some } from './some';

/** A card with an icon, a title and a line below it. Its children follow. */
export function Part(props: { icon: ReactNode; title: string; detail?: string | null; children?: ReactNode }) {
  return (
    <div className={styles.part} data-time="inside">
      <span className={styles.icon} aria-hidden>
        {props.icon}
      </span>
      <div className={styles.words}>
        <bdi className={styles.title}>{props.title}</bdi>
        {props.detail && <bdi className={styles.detail}>{props.detail}</bdi>}
        {props.children}
      </div>
    </div>
  );
}

export function Rows({ rows }: { rows: { label: string; value: string }[] }) {
  return (
    <Some items={rows} first={40}>
      {(shown) => (
        <dl className={styles.rows}>
          {shown.map(({ label, value }, index) => (
            // Two fields of a form may have one name.
            // oxlint-disable-next-line react/no-array-index-key
            <div key={index}>
              <dt dir="auto">{label || k.formOther}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </Some>
  );
}

export function PlacePart({ place }: { place: Place }) {
  const { latitude, longitude } = place;
  const at = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  return (
    <Part icon={<MapPin size={20} />} title={place.name ?? k.currentPlace} detail={place.address}>
      <bdi dir="ltr" className={styles.detail}>
        {at}
      </bdi>
      <a
        href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}
        target="_blank"
        rel="noopener noreferrer nofollow"
      >
        {k.openMap}
      </a>
      {place.link && (
        <a href={place.link} target="_blank" rel="noopener noreferrer nofollow">
          {shorten(place.link, 300)}
        </a>
      )}
    </Part>
  );
}
