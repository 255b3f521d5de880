import { clockTime, fullTime } from '../../lib/format';
import type { Change } from '../../lib/types';
import { changeText } from './change-words';
import styles from './thread.module.css';

/** A line across the thread: what somebody of the team did with the conversation, and when. */
export default function ChangesLine({ changes, userId }: { changes: Change[]; userId: string }) {
  const text = changeText(changes, userId);
  const at = changes[0]?.at;
  if (text === null || at === undefined) return null;
  return (
    <p className={styles.system} data-change>
      <bdi>{text}</bdi>{' '}
      <time dateTime={at} title={fullTime(at)}>
        {clockTime(at)}
      </time>
    </p>
  );
}
