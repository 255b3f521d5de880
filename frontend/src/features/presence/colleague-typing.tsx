import { PenLine } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { colleaguesAt, subscribeViewers } from '../../lib/viewers';
import { typingSentence } from './here';
import styles from './here.module.css';

/** Beside the field: that somebody else answers this conversation at the moment. The bar above says it to ears. */
export default function ColleagueTyping({ conversationId }: { conversationId: string }) {
  const said = typingSentence(useSyncExternalStore(subscribeViewers, () => colleaguesAt(conversationId)));
  if (said === '') return null;
  return (
    <span className={styles.typing} aria-hidden>
      <PenLine size={14} />
      <span className={styles.words}>{said}</span>
    </span>
  );
}
