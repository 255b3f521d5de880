import { initials } from '../lib/format';
import styles from './avatar.module.css';

/** A customer's initials: WhatsApp gives businesses no pictures. A customer has the same hue everywhere. */
export function Avatar({ name, id, size = 44 }: { name: string; id: string; size?: number }) {
  const letters = initials(name);
  return (
    <span className={styles.avatar} data-hue={hueOf(id)} style={{ inlineSize: size, blockSize: size }} aria-hidden>
      {letters || '#'}
    </span>
  );
}

function hueOf(id: string): number {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 6;
  return sum;
}
