import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { FailureNotice } from '../../components/notice';
import { t } from '../../words/en';
import styles from './team.module.css';

interface Props<T> {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}

/** What was asked for, once it is there; else that it is on its way, or why it does not come. */
export function Loaded<T>({ query, children }: Props<T>) {
  if (query.data !== undefined)
    return (
      <>
        {query.isRefetchError && (
          <p role="status" className={styles.warning}>
            {t.couldNotRefresh}
          </p>
        )}
        {children(query.data)}
      </>
    );
  if (query.isError) return <FailureNotice error={query.error} onRetry={() => void query.refetch()} />;
  return <p role="status">{t.loading}</p>;
}
