import { CircleAlert, CircleCheck } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { currentNotice, subscribeNotices } from '../lib/notices';
import styles from './passing-notice.module.css';

/** Shows the sentences of `notify`. The live region is always there, so that screen readers know of it. */
export function PassingNotices() {
  const notice = useSyncExternalStore(subscribeNotices, currentNotice);
  return (
    <div role="status" className={styles.place}>
      {notice && (
        <p key={notice.id} className={styles.notice} data-kind={notice.kind}>
          {notice.kind === 'done' ? <CircleCheck size={18} aria-hidden /> : <CircleAlert size={18} aria-hidden />}
          {notice.text}
        </p>
      )}
    </div>
  );
}
