import { memo, useSyncExternalStore } from 'react';
import { Link } from 'wouter';
import { Avatar } from '../../components/avatar';
import { LabelDot } from '../../components/label-chip';
import { Tick } from '../../components/tick';
import { useUnsent } from '../../hooks/services';
import { useAtNow } from '../../hooks/browser';
import { dayAndHour, fullTime, listTime } from '../../lib/format';
import { ownUnread } from '../../lib/list-filter';
import { preview } from '../../lib/message/preview';
import { colleagueOf } from '../../lib/message/sender';
import { customerName } from '../../lib/names';
import { serviceWindow } from '../../lib/service-window';
import { tickOf } from '../../lib/status';
import type { Conversation } from '../../lib/types';
import { subscribeUnsentFiles, unsentFiles } from '../../lib/unsent-files';
import { t } from '../../words/en';
import styles from './conversation-row.module.css';
import { useSavedDraft } from './use-saved-draft';
import { ViewedBy } from './viewed-by';

interface Props {
  conversation: Conversation;
  href: string;
  isCurrent: boolean;
  /** The number of ours that it runs through, where the list is of several. */
  line: string | undefined;
  /** Of all rows, the one that Tab leads to. */
  isTabStop: boolean;
  userId: string;
}

export const ConversationRow = memo(function ConversationRow(props: Props) {
  const { conversation, href, isCurrent, line, isTabStop, userId } = props;
  const name = customerName(conversation);
  const words = useSavedDraft(userId, conversation);
  const files = useSyncExternalStore(subscribeUnsentFiles, () => unsentFiles(conversation.id));
  const draft = [files > 0 && t.inbox.draftFiles(files), words].filter(Boolean).join(' · ');
  const unsent = useUnsent(conversation.id);
  const { last_message_time: time } = conversation;
  const unread = ownUnread(conversation);
  return (
    <Link
      href={href}
      className={styles.row}
      tabIndex={isTabStop ? 0 : -1}
      data-list-row
      data-conversation={conversation.id}
      aria-current={isCurrent ? 'page' : undefined}
    >
      <Avatar name={name} id={conversation.id} />
      <span className={styles.text}>
        <span className={styles.top}>
          <span className={styles.name} data-unread={unread > 0 || undefined}>
            <bdi>{name}</bdi>
          </span>
          {time && (
            <time className={styles.time} dateTime={time} title={fullTime(time)} data-unread={unread > 0 || undefined}>
              <ListTime time={time} />
            </time>
          )}
        </span>
        <span className={styles.bottom}>
          {unsent !== null || (draft !== '' && !isCurrent) ? (
            <span className={styles.preview}>
              <span className={styles.draft}>{unsent === null ? t.inbox.draft : t.inbox.unsent}</span>
              <bdi>{unsent ?? draft}</bdi>
            </span>
          ) : (
            <LastMessage conversation={conversation} userId={userId} />
          )}
          <ViewedBy conversationId={conversation.id} />
          <Handling conversation={conversation} userId={userId} />
          {unread > 0 && (
            <span className={styles.badge}>
              <span aria-hidden>{t.inbox.unreadBadge(unread)}</span>
              <span className="sr-only">{t.inbox.unreadLabel(unread)}</span>
            </span>
          )}
        </span>
        <Standing conversation={conversation} line={line} />
      </span>
    </Link>
  );
});

function ListTime({ time }: { time: string }) {
  return useAtNow((now) => listTime(time, now));
}

// Who has written just now is not waiting yet.
const WAITING_FROM = 5;

/** How it stands, where that asks for something: one line, or none. */
function Standing({ conversation, line }: Pick<Props, 'conversation' | 'line'>) {
  const { status, snoozed_until: until, waiting_since: since, window_expires_at: end } = conversation;
  const waited = useAtNow((now) => (since ? Math.floor((now.getTime() - Date.parse(since)) / 60_000) : 0));
  const closesIn = useAtNow((now) => {
    const left = serviceWindow(end, now);
    return left.state === 'closing' ? left.minutes : null;
  });
  const said = [
    status === 'snoozed' && t.inbox.snoozedUntil(until && dayAndHour(until)),
    status === 'resolved' && t.inbox.resolved,
    status === 'open' && waited >= WAITING_FROM && t.inbox.waitingFor(waited),
  ].filter(Boolean);
  if (line === undefined && said.length === 0 && closesIn === null) return null;
  return (
    <span className={styles.standing}>
      {line !== undefined && <span className={styles.line}>{t.inbox.through(line)}</span>}
      {line !== undefined && (said.length > 0 || closesIn !== null) && ' · '}
      {said.join(' · ')}
      {said.length > 0 && closesIn !== null && ' · '}
      {closesIn !== null && <span className={styles.closing}>{t.inbox.closesIn(closesIn)}</span>}
    </span>
  );
}

// As many as tell something at a glance.
const DOTS = 4;

/** What it is about, and who has it. */
function Handling({ conversation, userId }: { conversation: Conversation; userId: string }) {
  const { labels, assignee } = conversation;
  const names = labels.map((label) => label.name).join(', ');
  const who = assignee === null ? null : t.inbox.assignedTo(assignee.user_id === userId ? null : assignee.name);
  return (
    <>
      {labels.length > 0 && (
        <span className={styles.dots} title={names}>
          {labels.slice(0, DOTS).map((label) => (
            <LabelDot key={label.id} colour={label.colour} />
          ))}
          <span className="sr-only">{t.inbox.labels(names)}</span>
        </span>
      )}
      {assignee && who && (
        <span className={styles.assignee} title={who} data-mine={assignee.user_id === userId || undefined}>
          <Avatar name={assignee.name ?? ''} id={assignee.user_id} size={20} />
          <span className="sr-only">{who}</span>
        </span>
      )}
    </>
  );
}

/** In place of a row that could not be drawn: it still leads to its conversation. */
export function BrokenRow({ href, isCurrent }: { href: string; isCurrent: boolean }) {
  return (
    <Link href={href} className={styles.row} data-list-row aria-current={isCurrent ? 'page' : undefined}>
      <span className={styles.preview}>{t.rowFailed}</span>
    </Link>
  );
}

function LastMessage({ conversation, userId }: { conversation: Conversation; userId: string }) {
  const message = conversation.last_message;
  if (!message) return <span className={styles.preview}>{t.inbox.noMessages}</span>;
  const shape = tickOf(message);
  const colleague = colleagueOf(message, userId);
  return (
    <>
      {shape && <Tick shape={shape} />}
      <span className={styles.preview} data-unread={ownUnread(conversation) > 0 || undefined}>
        {message.direction === 'outbound' && <span className="sr-only">{colleague ? `${colleague}: ` : t.inbox.you}</span>}
        <bdi>{preview(message)}</bdi>
      </span>
    </>
  );
}
