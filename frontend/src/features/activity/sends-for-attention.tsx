import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Button } from '../../components/button';
import { RowBoundary } from '../../components/row-boundary';
import { FailureNotice } from '../../components/notice';
import { Tick } from '../../components/tick';
import { conversationHref } from '../../hooks/place';
import { fullTime } from '../../lib/format';
import { preview } from '../../lib/message/preview';
import { customerName } from '../../lib/names';
import { tickOf } from '../../lib/status';
import type { Message } from '../../lib/types';
import { a } from '../../words/activity-en';
import { t } from '../../words/en';
import styles from './activity-list.module.css';
import { useSendAgain, useSendsForAttention } from './endpoints';

/** Sends that failed or were never confirmed. Each leads to its place, where it can be sent again. */
export function SendsForAttention({ phoneNumberId }: { phoneNumberId: string }) {
  const sends = useSendsForAttention(phoneNumberId);
  const again = useSendAgain();
  if (sends.isPending) return <p role="status">{t.loading}</p>;
  if (sends.isError && !sends.data) return <FailureNotice error={sends.error} onRetry={() => void sends.refetch()} />;
  const messages = sends.data?.pages.flatMap((page) => page.messages) ?? [];
  if (messages.length === 0) return <p className={styles.empty}>{a.noAttention}</p>;
  return (
    <>
      <ul className={styles.list}>
        {messages.map((message) => (
          <li key={message.id} className={styles.item}>
            <RowBoundary of={message}>
            <div className={styles.words}>
              <p className={styles.title}>
                <Trouble message={message} />
                <bdi className={styles.who}>{customerName(message.conversation)}</bdi>
              </p>
              <p className={styles.said}>
                <bdi>{preview(message)}</bdi>
              </p>
              <p className={styles.reason}>{reasonOf(message)}</p>
              <time dateTime={message.timestamp}>{fullTime(message.timestamp)}</time>
            </div>
            {message.resent_as !== null ? (
              <span className={styles.done}>{a.wasSentAgain}</span>
            ) : (
              message.status === 'failed' &&
              message.error?.retryable === true && (
                <Button
                  aria-label={a.resendTo(customerName(message.conversation))}
                  disabled={again.isPending}
                  onClick={() => again.mutate(message)}
                >
                  {t.bubble.resend}
                </Button>
              )
            )}
            <Link
              className={styles.link}
              aria-label={a.showOf(customerName(message.conversation))}
              href={conversationHref(message.conversation_id, phoneNumberId, message.resent_as ?? message.id)}
            >
              {a.show}
            </Link>
            </RowBoundary>
          </li>
        ))}
      </ul>
      {sends.hasNextPage && (
        <Button disabled={sends.isFetchingNextPage} onClick={() => void sends.fetchNextPage()}>
          {a.more}
        </Button>
      )}
    </>
  );
}

function Trouble({ message }: { message: Message }) {
  const shape = tickOf(message);
  return shape && <Tick shape={shape} />;
}

function reasonOf({ status, error }: Message): ReactNode {
  if (status === 'unknown') return t.bubble.unknown;
  const detail = error?.detail ?? error?.title ?? t.bubble.failed;
  return (
    <>
      <bdi>{detail}</bdi>
      {error?.code != null && ` ${t.bubble.failedCode(error.code)}.`}
    </>
  );
}
