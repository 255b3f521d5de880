import type { UseQueryResult } from '@tanstack/react-query';
import { AlarmClock, AtSign, Bell, Check, TriangleAlert, UserRoundCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../components/button';
import { FailureNotice, Notice } from '../../components/notice';
import { Sheet } from '../../components/sheet';
import { useNow } from '../../hooks/browser';
import { useConversation } from '../../hooks/conversations';
import { fullTime } from '../../lib/format';
import { customerName } from '../../lib/names';
import { lookUp } from '../../lib/lookup';
import type { Notification, Reminder } from '../../lib/types';
import { t } from '../../words/en';
import { o } from '../../words/own-en';
import styles from './bell.module.css';
import { useCause, useDone, useReminders } from './endpoints';
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
  const reminders = useReminders(waiting?.some(({ kind }) => kind === 'reminder') ?? false);
  return (
    <Sheet heading={o.heading} onClose={onClose}>
      {waiting === undefined && !told.isError && <p role="status">{t.loading}</p>}
      {waiting === undefined && told.isError && <FailureNotice error={told.error} onRetry={() => void told.refetch()} />}
      {waiting && told.isRefetchError && <p role="status">{t.couldNotRefresh}</p>}
      {waiting?.length === 0 && <Notice icon={<Bell size={32} />} heading={o.empty} detail={o.emptyHint} />}
      {waiting && waiting.length > 0 && (
        <ul className={styles.list}>
          {waiting.map((one, index) => (
            <Row
              key={one.id}
              told={one}
              isNamed={index < NAMED}
              reminders={reminders}
              onOpen={() => {
                done.mutate(one);
                onConversation(one.conversation_id);
              }}
              onDone={() => done.mutate(one)}
            />
          ))}
        </ul>
      )}
    </Sheet>
  );
}

// Of those further down it is not asked who was behind them: each is a request.
const NAMED = 20;

interface RowProps {
  told: Notification;
  /** It says who was behind it, once that is known. */
  isNamed: boolean;
  /** Those that are open, by their ids; undefined: not known yet. */
  reminders: ReadonlyMap<string, Reminder> | undefined;
  onOpen: () => void;
  onDone: () => void;
}

const ICONS: Record<string, ReactNode> = {
  mention: <AtSign size={18} />,
  assigned: <UserRoundCheck size={18} />,
  reminder: <AlarmClock size={18} />,
  unsent: <TriangleAlert size={18} />,
};

function Row({ told, isNamed, reminders, onOpen, onDone }: RowProps) {
  const now = useNow();
  const conversation = useConversation(told.conversation_id).data;
  const cause = useCause(told, isNamed);
  const reminder = reminders?.get(told.cause_id);
  // A message that was to be sent later is told of in the same way: it is no reminder of theirs.
  const kind = told.kind === 'reminder' && reminders && !reminder ? 'unsent' : told.kind;
  const sentence = sentenceOf({ kind }, conversation ? customerName(conversation) : null, cause);
  return (
    <li className={styles.row}>
      <button type="button" className={styles.open} onClick={onOpen}>
        <span className={styles.icon} aria-hidden>
          {lookUp(ICONS, kind) ?? <Bell size={18} />}
        </span>
        <span className={styles.words}>
          {sentence}
          {reminder?.text && <bdi>{reminder.text}</bdi>}
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
