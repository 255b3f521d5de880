import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import styles from '../../components/parts.module.css';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { clockTime, fullTime } from '../../lib/format';
import { marksOf } from '../../lib/message/marks';
import type { Message } from '../../lib/types';
import { e } from '../../words/edits-en';
import { threadKeys } from './keys';

/** “edited”; a click tells what the message said before. */
export default function Edit({ message }: { message: Message }) {
  const [isOpen, setOpen] = useState(false);
  const { editedAt } = marksOf(message);
  if (editedAt === null) return null;
  return (
    <>
      <button
        type="button"
        className={styles.edited}
        title={e.editedAt(fullTime(editedAt))}
        aria-expanded={isOpen}
        onClick={() => setOpen((open) => !open)}
      >
        {e.edited}
      </button>
      {isOpen && <EarlierTexts messageId={message.id} />}
    </>
  );
}

/** What a message said before its sender changed it, the oldest first. */
function EarlierTexts({ messageId }: { messageId: string }) {
  const { api } = useServices();
  const { data, isError } = useQuery({
    queryKey: threadKeys.edits(messageId),
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
