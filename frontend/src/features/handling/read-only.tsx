import { Eye } from 'lucide-react';
import { Button } from '../../components/button';
import { t } from '../../words/en';
import { h } from '../../words/handling-en';
import styles from './handling.module.css';

/** In the place of the composer, for those whose role does not let them answer. They may write to their colleagues. */
export default function ReadOnly({ id, onNote }: { id: string; onNote: () => void }) {
  return (
    <section id={id} tabIndex={-1} aria-label={h.readOnly} className={styles.readOnly}>
      <Eye size={18} aria-hidden />
      <p>{h.readOnly}</p>
      <Button title={t.composer.noteTitle} onClick={onNote}>
        {t.composer.note}
      </Button>
    </section>
  );
}
