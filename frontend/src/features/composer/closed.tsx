import { Copy, LockKeyhole, Trash2 } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Button } from '../../components/button';
import { copyText } from '../../lib/clipboard';
import { t } from '../../words/en';
import styles from './composer.module.css';

interface Props {
  id: string;
  hasHistory: boolean;
  /** What was being written when the window closed. */
  text: string;
  action: ReactNode;
  onDiscard: () => void;
}

/** In the place of the field while only a template can be sent; what was begun stays to be read and copied. */
export default function Closed({ id, hasHistory, text, action, onDiscard }: Props) {
  const place = useRef<HTMLElement>(null);
  const textId = useId();
  const heading = hasHistory ? t.composer.closedHeading : t.composer.startHeading;
  // The field that had the focus is gone.
  useEffect(() => {
    if (document.activeElement === document.body) place.current?.focus();
  }, []);
  return (
    <section ref={place} id={id} className={styles.closed} tabIndex={-1} aria-label={heading}>
      <LockKeyhole size={20} aria-hidden />
      <div>
        <p className={styles.closedHeading}>{heading}</p>
        <p>{hasHistory ? t.composer.closedDetail : t.composer.neverOpen}</p>
      </div>
      {action}
      {text.trim() !== '' && (
        <div className={styles.kept}>
          <label htmlFor={textId}>{t.composer.kept}</label>
          <textarea id={textId} readOnly rows={3} dir="auto" value={text} />
          <Button onClick={() => void copyText(text)}>
            <Copy size={16} aria-hidden /> {t.bubble.copy}
          </Button>
          <Button
            onClick={() => {
              onDiscard();
              place.current?.focus();
            }}
          >
            <Trash2 size={16} aria-hidden /> {t.composer.goneDiscard}
          </Button>
        </div>
      )}
    </section>
  );
}
