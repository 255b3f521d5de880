import type { ReactNode } from 'react';
import { ApiProblem } from '../lib/api';
import { t } from '../words/en';
import { Button } from './button';
import styles from './notice.module.css';

interface Props {
  icon?: ReactNode;
  heading: string;
  detail?: string;
  children?: ReactNode;
}

/** Stands in place of a pane's content: why the pane is empty and what can be done. */
export function Notice({ icon, heading, detail, children }: Props) {
  return (
    <div className={styles.notice}>
      {icon && (
        <span className={styles.icon} aria-hidden>
          {icon}
        </span>
      )}
      <p className={styles.heading}>{heading}</p>
      {detail && <p className={styles.detail}>{detail}</p>}
      {children}
    </div>
  );
}

interface FailureProps {
  error: Error;
  onRetry: () => void;
  retryLabel?: string | undefined;
}

export function FailureNotice({ error, onRetry, retryLabel = t.retry }: FailureProps) {
  const reference = error instanceof ApiProblem && error.requestId ? t.correlation(error.requestId) : null;
  return (
    <div role="alert">
      <Notice heading={t.failedToLoad} detail={error.message}>
        {reference && <p className={styles.reference}>{reference}</p>}
        <Button onClick={onRetry}>{retryLabel}</Button>
      </Notice>
    </div>
  );
}
