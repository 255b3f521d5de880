import { Clock } from 'lucide-react';
import type { ReactNode } from 'react';
import { useAtNow } from '../../hooks/browser';
import { span } from '../../lib/format';
import { serviceWindow } from '../../lib/service-window';
import { later } from '../../words/later-en';
import styles from './later.module.css';

interface Props {
  expiresAt: string | null;
  /** What can still be sent afterwards. */
  action: ReactNode;
}

/** Above the field for the last minutes of the window: how many are left, and the way that stays open. */
export default function ClosingSoon({ expiresAt, action }: Props) {
  const minutes = useAtNow((now) => {
    const left = serviceWindow(expiresAt, now);
    return left.state === 'closed' ? null : left.minutes;
  });
  if (minutes === null) return null;
  return (
    <div className={styles.closing}>
      <Clock size={18} aria-hidden />
      <span className={styles.words}>{later.closes(span(minutes))}</span>
      {action}
    </div>
  );
}
