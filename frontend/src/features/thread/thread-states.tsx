import type { ComponentProps } from 'react';
import { Button } from '../../components/button';
import { FailureNotice } from '../../components/notice';
import { t } from '../../words/en';
import styles from './thread.module.css';

/** Takes the thread's place, and is as large, so that the composer below stays where it is. */
export function Failed(props: ComponentProps<typeof FailureNotice>) {
  return (
    <div className={styles.failed}>
      <FailureNotice {...props} />
    </div>
  );
}

export function Stale({ onRetry }: { onRetry: () => void }) {
  return (
    <p role="status" className={styles.stale}>
      {t.couldNotRefresh}{' '}
      <Button kind="link" onClick={onRetry}>
        {t.retry}
      </Button>
    </p>
  );
}

const BONES = [58, 36, 72, 44, 64, 30];

export function Skeleton() {
  return (
    <div className={styles.loading} role="status">
      <span className="sr-only">{t.loading}</span>
      {BONES.map((width, index) => (
        <span key={width} className={styles.bone} data-side={index % 3 === 1 ? 'out' : 'in'} style={{ inlineSize: `${width}%` }} />
      ))}
    </div>
  );
}
