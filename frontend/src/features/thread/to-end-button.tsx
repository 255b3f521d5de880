import { ArrowDown } from 'lucide-react';
import { t } from '../../words/en';
import styles from './to-end-button.module.css';

export function ToEndButton({ count, onClick }: { count: number; onClick: () => void }) {
  return (
    <button type="button" className={styles.button} onClick={onClick}>
      <ArrowDown size={18} aria-hidden />
      <span className={count > 0 ? undefined : 'sr-only'}>{t.thread.newBelow(count)}</span>
    </button>
  );
}
