import { clockTime, dayLabel, fullTime } from '../../lib/format';
import { preview } from '../../lib/message/preview';
import type { Message } from '../../lib/types';
import { t } from '../../words/en';
import { BubbleFrame } from './bubble';
import type { ThreadRow } from './thread-rows';
import styles from './thread.module.css';

export function Day({ time, now }: { time: string; now: Date }) {
  return <p className={styles.day}>{dayLabel(time, now)}</p>;
}

/** A line across the thread that says what happened, and when. */
export function SystemLine({ message }: { message: Message }) {
  return (
    <p className={styles.system}>
      <bdi>{preview(message)}</bdi>{' '}
      <time dateTime={message.timestamp} title={fullTime(message.timestamp)}>
        {clockTime(message.timestamp)}
      </time>
    </p>
  );
}

/** Stands in place of a row that could not be drawn, and says so. It reads nothing of what the row holds. */
export function CannotBeShown({ row }: { row: ThreadRow }) {
  if (row.kind !== 'message' && row.kind !== 'local') return <p className={styles.system}>{t.rowFailed}</p>;
  const isOut = row.kind === 'local' || row.message.direction === 'outbound';
  return (
    <BubbleFrame isOut={isOut} startsGroup={row.startsGroup} endsGroup={row.endsGroup}>
      <p className={styles.failed}>{t.typeName('unknown')}</p>
    </BubbleFrame>
  );
}
