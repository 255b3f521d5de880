import { Eye, PenLine } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { useSettled } from '../../hooks/browser';
import { colleaguesAt, subscribeViewers } from '../../lib/viewers';
import { typingSentence, viewingSentence } from './here';
import styles from './here.module.css';
import { useLingering } from './use-calm';

// So long somebody has to be there before it is read out, and to have stopped writing before that is news again.
const SETTLED_MS = 2000;
const LINGER_MS = 30_000;

/** In the bar of a conversation: who else looks at it, and who answers it. */
export default function WhoIsHere({ conversationId }: { conversationId: string }) {
  const colleagues = useSyncExternalStore(subscribeViewers, () => colleaguesAt(conversationId));
  const typing = typingSentence(colleagues);
  const viewing = viewingSentence(colleagues);
  const said = [typing, viewing].filter(Boolean).join(' · ');
  return (
    <>
      {said !== '' && (
        <span className={styles.here} data-here title={said} aria-hidden>
          {typing ? <PenLine size={14} /> : <Eye size={14} />}
          <span className={styles.words}>{said}</span>
        </span>
      )}
      <Announced viewing={viewingSentence(colleagues, true)} typing={typing} />
    </>
  );
}

/** The same for ears, which cannot look away: not each time that somebody begins or stops. */
function Announced({ viewing, typing }: { viewing: string; typing: string }) {
  const settled = useSettled(viewing, SETTLED_MS);
  const lingering = useLingering(typing, LINGER_MS);
  return (
    <span role="status" className="sr-only">
      <span>{settled}</span> <span>{lingering}</span>
    </span>
  );
}
