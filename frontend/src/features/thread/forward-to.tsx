import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Avatar } from '../../components/avatar';
import { useNow } from '../../hooks/browser';
import { useConversationList } from '../../hooks/conversations';
import { useServices } from '../../hooks/services';
import { everything } from '../../lib/list-filter';
import { customerName } from '../../lib/names';
import { notify } from '../../lib/notices';
import { serviceWindow } from '../../lib/service-window';
import type { Conversation, Message } from '../../lib/types';
import { t } from '../../words/en';
import { m } from '../../words/message-en';
import styles from './message-dialog.module.css';
import { useForward } from './use-forward';

interface Props {
  message: Message;
  phoneNumberId: string;
  onClose: () => void;
}

/**
 * The conversations of the number, the latest first, or those that match what is typed. A click on one sends the
 * message there.
 */
export function ForwardTo({ message, phoneNumberId, onClose }: Props) {
  const [search, setSearch] = useState('');
  const now = useNow();
  const list = useConversationList(everything(useServices().userId, phoneNumberId, search.trim()));
  const forward = useForward();
  // Each target has one key, so that a second click sends nothing twice.
  const send = useMutation({
    mutationFn: (to: Conversation) => forward(message, to),
    onSuccess: (_, to) => {
      notify(m.forwarded(customerName(to)));
      onClose();
    },
  });
  const people = (list.data?.pages ?? []).flatMap((page) => page.conversations);
  return (
    <>
      <input
        type="search"
        className={styles.field}
        // The first thing to do in the dialog is to type.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        aria-label={m.search}
        placeholder={m.search}
        maxLength={100}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <ul className={styles.list} aria-label={m.forwardHeading}>
        {people.map((person) => {
          const isClosed = serviceWindow(person.window_expires_at, now).state === 'closed';
          return (
            <li key={person.id}>
              <button
                type="button"
                className={styles.person}
                disabled={isClosed || send.isPending}
                onClick={() => send.mutate(person)}
              >
                <Avatar name={customerName(person)} id={person.id} size={32} />
                <span className={styles.name}>
                  <bdi>{customerName(person)}</bdi>
                  {isClosed && <span className={styles.note}>{m.closed}</span>}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      <p role="status" className={styles.note}>
        {send.isPending ? m.sending : list.isPending ? t.loading : people.length === 0 ? m.none : ''}
      </p>
      {send.isError && (
        <p role="alert" className={styles.problem}>
          {send.error.message || m.failedToForward}
        </p>
      )}
    </>
  );
}
