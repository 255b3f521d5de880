import { Eye } from 'lucide-react';
import { h } from '../../words/handling-en';
import styles from './handling.module.css';

/** In the place of the composer, for those whose role does not let them answer. */
export default function ReadOnly({ id }: { id: string }) {
  return (
    <section id={id} tabIndex={-1} aria-label={h.readOnly} className={styles.readOnly}>
      <Eye size={18} aria-hidden />
      <p>{h.readOnly}</p>
    </section>
  );
}
