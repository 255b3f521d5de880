import { X } from 'lucide-react';
import { useEffect } from 'react';
import { Button } from '../components/button';
import { isTyping } from '../lib/typing';
import { t } from '../messages/en';
import { Dialog } from './dialog';
import styles from './keyboard-help.module.css';

interface Props {
  isOpen: boolean;
  onOpen: () => void;
  onClose: () => void;
}

export function KeyboardHelp({ isOpen, onOpen, onClose }: Props) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === '?' && !isTyping(event) && !event.ctrlKey && !event.metaKey && !event.altKey) onOpen();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [onOpen]);
  if (!isOpen) return null;
  return (
    <Dialog label={t.keyboard.heading} onClose={onClose}>
      <div className={styles.bar}>
        <h2 className={styles.heading}>{t.keyboard.heading}</h2>
        <Button kind="icon" aria-label={t.close} onClick={onClose}>
          <X size={20} />
        </Button>
      </div>
      <dl className={styles.list}>
        {t.keyboard.rows.map(([combination, action]) => (
          <div key={combination} className={styles.row}>
            <dt>
              <kbd className={styles.key}>{combination}</kbd>
            </dt>
            <dd>{action}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
