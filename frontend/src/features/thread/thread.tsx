import { type KeyboardEvent, type ReactNode, type Ref, Suspense, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react';
import { RowBoundary } from '../../components/row-boundary';
import { useAttention, useNow } from '../../hooks/browser';
import { useOutbox, useServices } from '../../hooks/services';
import { useSettings } from '../../hooks/settings';
import { copyText } from '../../lib/clipboard';
import { customerName } from '../../lib/names';
import { shortcutOf } from '../../lib/shortcuts';
import type { Conversation, Message, Note } from '../../lib/types';
import { t } from '../../words/en';
import type { Anchor } from './anchors';
import { Bubble } from './bubble';
import { useReadReceipts } from './endpoints';
import { Announcer, ChangesLine } from './late-parts';
import { LocalBubble } from './local-bubble';
import { CannotBeShown, Day, SystemLine } from './plain-rows';
import { useReadingPlace } from './reading-place';
import type { RenderTemplateLink } from './send-trouble';
import { Stillness } from './stillness';
import type { ThreadHandle } from './thread-pane';
import { type ThreadRow, threadRows } from './thread-rows';
import styles from './thread.module.css';
import { ToEndButton } from './to-end-button';
import { useHighlight } from './use-highlight';
import { useMargin } from './use-margin';
import { useMessageActions } from './use-message-actions';
import { useNewBelow } from './use-new-below';
import type { Pages } from './use-pages';
import { VirtualThread, type VirtualThreadHandle } from './virtual-thread';

export interface ThreadProps {
  ref: Ref<ThreadHandle>;
  conversation: Conversation;
  headingId: string;
  messages: Message[];
  firstUnreadId: string | null;
  /** The unread message that was stored last. */
  lastUnreadId: string | null;
  /** A message that was asked for. The thread goes there, and the message stands out for a moment. */
  namedId: string | null;
  /** A note that was asked for: it stands out in place of the message beside it. */
  noteId: string | null;
  /** The message that those that are loaded stand around; null: they reach the thread's end. */
  aroundId: string | null;
  /** Where the thread was left. */
  anchor: Anchor | null;
  pages: Pages;
  renderTemplateLink: RenderTemplateLink;
  /** A colleague's note between the messages. Stable. */
  renderNote: (note: Note) => ReactNode;
  onReply: (message: Message) => void;
  onOpenMessage: (messageId: string) => void;
  onLatest: () => void;
}

export function Thread(props: ThreadProps) {
  const { ref, conversation, headingId, messages, namedId, noteId, aroundId, anchor, pages, renderTemplateLink, renderNote, onReply, onOpenMessage, onLatest } = props;
  const { hasOlder, hasNewer } = pages;
  const now = useNow();
  const isAttended = useAttention();
  const { singleKeys } = useSettings();
  const list = useRef<VirtualThreadHandle>(null);
  useImperativeHandle(ref, () => ({ focusLast: () => list.current?.focusLast() }));
  // The line stays where reading began until the conversation is left.
  const [firstUnreadId] = useState(props.firstUnreadId);
  const [opened] = useState({ messages, hasOlder });
  const [reactingTo, setReactingTo] = useState<string | null>(null);
  const [stillness] = useState(() => new Stillness());
  const name = customerName(conversation);
  const { userId } = useServices();
  const actions = useMessageActions(conversation, userId);

  const all = useOutbox();
  const local = useMemo(
    () => (hasNewer ? [] : all.filter((entry) => entry.conversationId === conversation.id)),
    [all, conversation.id, hasNewer],
  );
  const margin = useMargin(conversation.id, { messages, hasOlder, hasNewer, aroundId });
  const rows = useMemo(
    () => threadRows(messages, local, firstUnreadId, actions.dismissed, hasOlder, margin, userId),
    [messages, local, firstUnreadId, actions.dismissed, hasOlder, margin, userId],
  );
  const repeated = useMemo(() => new Set(messages.map((message) => message.resend_of)), [messages]);
  const byId = useMemo(() => new Map(messages.map((message) => [message.id, message])), [messages]);
  const keyOf = useCallback((id: string) => byId.get(id)?.client_message_id ?? id, [byId]);

  const openAtId = namedId ?? firstUnreadId ?? anchor?.messageId ?? null;
  const [openAt] = useState(() => {
    if (openAtId === null) return null;
    if (anchor) return { key: keyOf(openAtId), align: 'start' as const, offsetPx: anchor.offsetPx };
    if (namedId !== null && namedId !== firstUnreadId) return { key: keyOf(openAtId), align: 'center' as const };
    return { key: topOfUnread(rows), align: 'start' as const };
  });
  // A thread that opens elsewhere than at its end is at its end once it is seen to be there.
  const [isPinned, setPinned] = useState(openAt === null && !hasNewer);

  const newestInbound = messages.findLast((message) => message.direction === 'inbound');
  useReadReceipts(conversation, props.lastUnreadId ?? newestInbound?.id ?? null, isPinned && isAttended && !hasNewer);
  const newBelow = useNewBelow(messages, isPinned);

  // The thread goes to its end when the agent writes, wherever it stood.
  const localCount = useRef(all.length);
  useEffect(() => {
    const isNew = all.length > localCount.current && all.at(-1)?.conversationId === conversation.id;
    localCount.current = all.length;
    if (!isNew) return;
    if (hasNewer) onLatest();
    else list.current?.scrollToEnd();
  }, [all, conversation.id, hasNewer, onLatest]);

  const [highlighted, highlight] = useHighlight(noteId ?? namedId);
  const show = useCallback(
    (message: Message) => {
      if (!byId.has(message.id)) return onOpenMessage(message.id);
      list.current?.scrollToKey(keyOf(message.id));
      highlight(message.id);
    },
    [byId, highlight, keyOf, onOpenMessage],
  );
  // The browser's back and forward may name another message that is loaded.
  const shownId = useRef(namedId);
  useEffect(() => {
    if (namedId === shownId.current) return;
    shownId.current = namedId;
    if (namedId !== null) list.current?.scrollToKey(keyOf(namedId));
  }, [keyOf, namedId]);
  // Notes come after the messages that they stand between.
  const hasNote = noteId !== null && rows.some((row) => row.key === noteId);
  useEffect(() => {
    if (hasNote) list.current?.scrollToKey(noteId);
  }, [hasNote, noteId]);

  const { day, onTopChange } = useReadingPlace({ conversationId: conversation.id, list, rows, isPinned, now });

  const onRowKey = (row: ThreadRow, event: KeyboardEvent) => {
    if (row.kind !== 'message') return;
    const { message } = row;
    const pressed = shortcutOf(event);
    if (event.key === 'Enter') event.currentTarget.querySelector<HTMLElement>(':focus [data-actions] button')?.focus();
    else if (!singleKeys) return;
    else if (pressed === 'R' && actions.canReplyTo(message)) onReply(message);
    else if (pressed === 'C' && message.text) void copyText(message.text);
    else if (pressed === 'E' && actions.canReactTo(message)) setReactingTo(message.id);
    else return;
    event.preventDefault();
  };

  const renderRow = (row: ThreadRow) => {
    switch (row.kind) {
      case 'day':
        return <Day time={row.time} now={now} />;
      case 'unread':
        return (
          <>
            {row.time && <Day time={row.time} now={now} />}
            <p className={styles.unread}>{t.thread.unreadLine}</p>
          </>
        );
      case 'system':
        return <SystemLine message={row.message} />;
      case 'changes':
        return (
          <Suspense>
            <ChangesLine changes={row.changes} userId={userId} />
          </Suspense>
        );
      case 'note':
        return <Suspense>{renderNote(row.note)}</Suspense>;
      case 'local':
        return (
          <LocalBubble
            row={row}
            customerName={name}
            quoted={byId.get(row.entry.replyTo ?? '')}
            renderTemplateLink={renderTemplateLink}
          />
        );
      default:
        return (
          <Bubble
            message={row.message}
            phoneNumberId={conversation.phone_number_id}
            quoted={row.message.reply_to ? byId.get(row.message.reply_to) : undefined}
            startsGroup={row.startsGroup}
            endsGroup={row.endsGroup}
            wasSentAgain={repeated.has(row.message.id) || actions.sendingAgain.has(row.message.id)}
            isReacting={reactingTo === row.message.id}
            canReact={actions.canReactTo(row.message)}
            canReply={actions.canReplyTo(row.message)}
            customerName={name}
            stillness={stillness}
            renderTemplateLink={renderTemplateLink}
            onReply={onReply}
            onReact={actions.react}
            onReacting={setReactingTo}
            onSendAgain={actions.sendAgain}
            onDismiss={actions.dismiss}
            onShow={show}
          />
        );
    }
  };

  const renderSafely = (row: ThreadRow) => (
    <RowBoundary of={contentsOf(row)} fallback={<CannotBeShown row={row} />}>
      {renderRow(row)}
    </RowBoundary>
  );

  return (
    <div className={styles.thread}>
      {day && (
        <p className={styles.floatingDay} aria-hidden>
          {day}
        </p>
      )}
      <VirtualThread
        ref={list}
        rows={rows}
        labelledBy={headingId}
        openAt={openAt}
        highlightKey={highlighted === null ? null : keyOf(highlighted)}
        pages={pages}
        onPinnedChange={setPinned}
        onTopChange={onTopChange}
        onMoving={stillness.move}
        onRowKey={onRowKey}
        renderRow={renderSafely}
      />
      {!isPinned && (
        <ToEndButton
          count={hasNewer ? conversation.unread_count : newBelow}
          onClick={() => (hasNewer ? onLatest() : list.current?.scrollToEnd())}
        />
      )}
      <Suspense>
        <Announcer opened={opened} messages={messages} isPast={hasNewer} name={name} headingId={headingId} hasOlder={hasOlder} />
      </Suspense>
    </div>
  );
}

/** The row where reading begins: the day above the line of the unread. */
function topOfUnread(rows: ThreadRow[]): string {
  const at = rows.findIndex((row) => row.kind === 'unread');
  const above = rows[at - 1];
  return above?.kind === 'day' ? above.key : 'unread';
}

/** What a row is drawn from. Rows are made anew with every message, but what they hold is not. */
function contentsOf(row: ThreadRow): unknown {
  if (row.kind === 'message' || row.kind === 'system') return row.message;
  if (row.kind === 'note') return row.note;
  return row.kind === 'local' ? row.entry : row.key;
}
