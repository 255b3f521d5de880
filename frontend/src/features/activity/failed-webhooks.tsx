import { Button } from '../../components/button';
import { FailureNotice } from '../../components/notice';
import { fullTime } from '../../lib/format';
import { notify } from '../../lib/notices';
import { a } from '../../words/activity-en';
import { t } from '../../words/en';
import styles from './activity-list.module.css';
import { useFailedWebhooks, useReplay } from './endpoints';

/** Webhooks that could not be stored, with the reason. To run one again is safe: it stores nothing twice. */
export function FailedWebhooks({ phoneNumberId }: { phoneNumberId: string }) {
  const failed = useFailedWebhooks(phoneNumberId);
  const replay = useReplay();
  if (failed.isPending) return <p role="status">{t.loading}</p>;
  if (failed.isError && !failed.data)
    return <FailureNotice error={failed.error} onRetry={() => void failed.refetch()} />;
  const events = failed.data?.pages.flatMap((page) => page.webhook_events) ?? [];
  if (events.length === 0) return <p className={styles.empty}>{a.noFailedWebhooks}</p>;
  const run = (id: string) =>
    replay.mutate(id, {
      onSuccess: (result) =>
        notify(a.replayed(result.stored, result.failed), result.failed > 0 ? 'trouble' : 'done'),
      onError: (error) => notify(error.message, 'trouble'),
    });
  return (
    <>
      <ul className={styles.list}>
        {events.map((event) => (
          <li key={event.id} className={styles.item}>
            <div className={styles.words}>
              <time dateTime={event.received_at}>{fullTime(event.received_at)}</time>
              {event.items
                .filter((item) => item.outcome === 'failed')
                .map((item, index) => (
                  // oxlint-disable-next-line react/no-array-index-key
                  <p key={index} className={styles.reason}>
                    <code>{item.kind}</code> {item.reason}
                  </p>
                ))}
            </div>
            <Button disabled={replay.isPending} onClick={() => run(event.id)}>
              {replay.isPending && replay.variables === event.id ? a.replaying : a.replay}
            </Button>
          </li>
        ))}
      </ul>
      {failed.hasNextPage && (
        <Button disabled={failed.isFetchingNextPage} onClick={() => void failed.fetchNextPage()}>
          {a.more}
        </Button>
      )}
    </>
  );
}
