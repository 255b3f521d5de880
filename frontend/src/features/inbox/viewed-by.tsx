import { Eye, PenLine } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { colleaguesAt, subscribeViewers } from '../../lib/viewers';
import { t } from '../../words/en';
import styles from './viewed-by.module.css';

/** That a colleague looks at a conversation now, or answers it. */
export function ViewedBy({ conversationId }: { conversationId: string }) {
  const colleagues = useSyncExternalStore(subscribeViewers, () => colleaguesAt(conversationId));
  if (colleagues.length === 0) return null;
  const writing = colleagues.filter((one) => one.typing);
  const names = (writing.length > 0 ? writing : colleagues).map((one) => one.name ?? t.inbox.somebody).join(', ');
  const said = writing.length > 0 ? t.inbox.writingNow(names) : t.inbox.lookingNow(names);
  return (
    <span className={styles.viewed} title={said}>
      {writing.length > 0 ? <PenLine size={14} aria-hidden /> : <Eye size={14} aria-hidden />}
      <span className="sr-only">{said}</span>
    </span>
  );
}
