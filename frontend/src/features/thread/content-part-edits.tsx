import { useQuery } from '@tanstack/react-query';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { clockTime, fullTime } from '../../lib/format';
import { e } from '../../messages/edits-en';
import styles from './content-part.module.css';

/** What a message said before its sender changed it, the oldest first. */
export default function EarlierTexts({ messageId }: { messageId: string }) {
  const { api } = useServices();
  const { data, isError } = useQuery({
    queryKey: ['edits', messageId],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET('/api/live-chat/messages/{message_id}/edits', { params: { path: { message_id: messageId } }, signal }),
      ),
  });
  return (
    <div className={styles.earlier} role="status">
      {isError && e.failed}
      {data?.edits.length === 0 && e.none}
      {data && data.edits.length > 0 && (
        <ol aria-label={e.label}>
          {data.edits.map(({ text, until }) => (
            <li key={until}>
              <bdi>{text ?? '–'}</bdi>
              <time dateTime={until} title={fullTime(until)}>
                {e.until(clockTime(until))}
              </time>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
