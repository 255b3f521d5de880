import type { UseQueryResult } from '@tanstack/react-query';
import { AtSign, Bell, Check, UserRoundCheck } from 'lucide-react';
import { Button } from '../../components/button';
import { FailureNotice, Notice } from '../../components/notice';
import { Sheet } from '../../components/sheet';
import { useNow } from '../../hooks/browser';
import { useConversation } from '../../hooks/conversations';
import { fullTime } from '../../lib/format';
import { customerName } from '../../lib/names';
import type { Notification } from '../../lib/types';
import { t } from '../../words/en';
import { o } from '../../words/own-en';
import styles from './bell.module.css';
import { useDone } from './endpoints';
import { sentenceOf, timeAgo, toDo } from './sentence';

interface Props {
  told: UseQueryResult<Notification[]>;
  onConversation: (id: string) => void;
  onClose: () => void;
}

/** What the agent is told of and is not done yet; each leads to its conversation. */
export function NotificationList({ told, onConversation, onClose }: Props) {
  const done = useDone();
  const waiting = told.data && toDo(told.data);
  return (
    <Sheet heading={o.heading} onClose={onClose}>
      {waiting === undefined && !told.isError && <p role="status">{t.loading}</p>}
      {waiting === undefined && told.isError && <FailureNotice error={told.error} onRetry={() => void told.refetch()} />}
      {waiting && told.isRefetchError && <p role="status">{t.couldNotRefresh}</p>}
      {waiting?.length === 0 && <Notice icon={<Bell size={32} />} heading={o.empty} detail={o.emptyHint} />}
      {waiting && waiting.length > 0 && (
        <ul className={styles.list}>
          {waiting.map((one) => (
            <Row
              key={one.id}
              told={one}
              onOpen={() => {
                done.mutate(one.id);
                onConversation(one.conversation_id);
              }}
              onDone={() => done.mutate(one.id)}
            />
          ))}
        </ul>
      )}
    </Sheet>
  );
}

interface RowProps {
  told: Notification;
  onOpen: () => void;
  onDone: () => void;
}

function Row({ told, onOpen, onDone }: RowProps) {
  const now = useNow();
  const conversation = useConversation(told.conversation_id).data;
  const sentence = sentenceOf(told, conversation ? customerName(conversation) : null);
  return (
    <li className={styles.row}>
      <button type="button" className={styles.open} onClick={onOpen}>
        <span className={styles.icon} aria-hidden>
          {told.kind === 'mention' ? <AtSign size={18} /> : told.kind === 'assigned' ? <UserRoundCheck size={18} /> : <Bell size={18} />}
        </span>
        <span className={styles.words}>
          {sentence}
          <span className={styles.facts}>
            <time dateTime={told.at} title={fullTime(told.at)}>
              {timeAgo(told.at, now)}
            </time>
            {told.count > 1 && ` · ${o.times(told.count)}`}
          </span>
        </span>
      </button>
      <Button kind="icon" aria-label={o.doneOf(sentence)} title={o.done} onClick={onDone}>
        <Check size={20} />
      </Button>
    </li>
  );
}
