import { PenLine } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { colleaguesAt, subscribeViewers } from '../../lib/viewers';
import { typingSentence } from './here';
import styles from './here.module.css';

interface Props {
  conversationId: string;
  /** Above the field where the page is narrow, else below it: where it moves nothing that is about to be pressed. */
  place: 'above' | 'below';
}

/** Beside the field: that somebody else answers this conversation at the moment. The bar of the thread says it to ears. */
export default function ColleagueTyping({ conversationId, place }: Props) {
  const said = typingSentence(useSyncExternalStore(subscribeViewers, () => colleaguesAt(conversationId)));
  if (said === '') return null;
  return (
    <span className={styles.typing} data-place={place} aria-hidden>
      <PenLine size={14} />
      <span className={styles.words}>{said}</span>
    </span>
  );
}
