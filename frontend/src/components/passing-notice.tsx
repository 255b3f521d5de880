import { CircleAlert, CircleCheck } from 'lucide-react';
import { useEffect, useSyncExternalStore } from 'react';
import { actOnNotice, currentNotice, subscribeNotices } from '../lib/notices';
import { shortcutOf } from '../lib/shortcuts';
import { isComposing, isTyping } from '../lib/typing';
import styles from './passing-notice.module.css';

/**
 * Shows the sentences of `notify`. The live region is always there, so that screen readers know of it. What a notice
 * offers is done by its button, or by Ctrl or ⌘ + Z where nothing is being written.
 */
export function PassingNotices() {
  const notice = useSyncExternalStore(subscribeNotices, currentNotice);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // In a field the keys take back what was written; in an empty one there is nothing to take back.
      if (shortcutOf(event) !== 'Mod+Z' || isComposing(event) || (isTyping(event) && (event.target as HTMLInputElement).value !== '')) return;
      if (actOnNotice()) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <div role="status" className={styles.place}>
      {notice && (
        <p key={notice.id} className={styles.notice} data-kind={notice.kind}>
          {notice.kind === 'done' ? <CircleCheck size={18} aria-hidden /> : <CircleAlert size={18} aria-hidden />}
          {notice.text}
          {notice.action && (
            <button type="button" className={styles.action} onClick={actOnNotice}>
              {notice.action.name}
            </button>
          )}
        </p>
      )}
    </div>
  );
}
