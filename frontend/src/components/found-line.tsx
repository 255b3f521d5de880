import { LockKeyhole } from 'lucide-react';
import { fullTime, listTime } from '../lib/format';
import { customerName } from '../lib/names';
import type { Hit } from '../lib/search-hits';
import { snippet } from '../lib/snippet';
import { t } from '../words/en';
import { s } from '../words/search-en';
import { Avatar } from './avatar';
import styles from './found-line.module.css';

interface Props {
  hit: Hit;
  /** The number of ours that it runs through, where there are several. */
  line: string | undefined;
  now: Date;
}

/** One thing that was found: with whom, when, through which number, and the words in their place. */
export function FoundLine({ hit, line, now }: Props) {
  const { conversation, at, kind } = hit;
  const name = customerName(conversation);
  return (
    <>
      <span className={styles.picture} aria-hidden>
        <Avatar name={name} id={conversation.id} size={32} />
        {kind === 'notes' && (
          <span className={styles.lock}>
            <LockKeyhole size={11} />
          </span>
        )}
      </span>
      <span className={styles.text}>
        <span className={styles.top}>
          <bdi className={styles.name}>{name}</bdi>
          {at && (
            <time className={styles.time} dateTime={at} title={fullTime(at)}>
              {listTime(at, now)}
            </time>
          )}
        </span>
        {hit.text !== '' && (
          <span className={styles.words}>
            {hit.by === 'us' && <span>{t.inbox.you}</span>}
            {typeof hit.by === 'object' && hit.by !== null && <span>{s.noteBy(hit.by.name)}</span>}
            {hit.what !== null && `${hit.what} · `}
            {/* A number is read from left to right, whatever stands beside it. */}
            <bdi dir={kind === 'people' ? 'ltr' : 'auto'}>
              {snippet(hit.text, hit.spans).map((part, index) => (part.isHit ? <mark key={index}>{part.text}</mark> : part.text))}
            </bdi>
          </span>
        )}
        {line !== undefined && (
          <span className={styles.line}>
            <bdi>{t.inbox.through(line)}</bdi>
          </span>
        )}
      </span>
    </>
  );
}
