import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useAttention, useNow } from '../../hooks/browser';
import { useOutbox, useServices } from '../../hooks/services';
import { useReadReceipts } from '../../hooks/thread-messages';
import { dayLabel } from '../../lib/format';
import { newId } from '../../lib/ids';
import { customerName } from '../../lib/names';
import { preview } from '../../lib/preview';
import { type ThreadRow, threadRows } from '../../lib/thread-rows';
import type { Conversation, Message } from '../../lib/types';
import { t } from '../../messages/en';
import { Announcer } from './announcer';
import { Bubble } from './bubble';
import { LocalBubble } from './local-bubble';
import styles from './thread.module.css';
import { ToEndButton } from './to-end-button';
import { VirtualThread, type VirtualThreadHandle } from './virtual-thread';

interface Props {
  conversation: Conversation;
  headingId: string;
  messages: Message[];
  firstUnreadId: string | null;
  hasOlder: boolean;
  isLoadingOlder: boolean;
  loadOlder: () => unknown;
  onReply: (message: Message) => void;
}

export function Thread(props: Props) {
  const { conversation, headingId, messages, hasOlder, isLoadingOlder, onReply } = props;
  const { outbox } = useServices();
  const now = useNow(60_000);
  const isAttended = useAttention();
  const list = useRef<VirtualThreadHandle>(null);
  const [isPinned, setPinned] = useState(true);
  // The line stays where reading began until the conversation is left.
  const [firstUnreadId] = useState(props.firstUnreadId);
  const [sentAgain, setSentAgain] = useState<ReadonlySet<string>>(new Set());
  const name = customerName(conversation);

  const all = useOutbox();
  const local = useMemo(() => all.filter((entry) => entry.conversationId === conversation.id), [all, conversation.id]);
  const rows = useMemo(() => threadRows(messages, local, firstUnreadId), [messages, local, firstUnreadId]);
  const byId = useMemo(() => new Map(messages.map((message) => [message.id, message])), [messages]);

  const newestInbound = messages.findLast((message) => message.direction === 'inbound');
  useReadReceipts(conversation, newestInbound?.id ?? null, isPinned && isAttended);
  const newBelow = useNewBelow(messages, isPinned);

  // What the agent writes goes to the end, wherever the thread stood.
  const localCount = useRef(local.length);
  useEffect(() => {
    if (local.length > localCount.current) list.current?.scrollToEnd();
    localCount.current = local.length;
  }, [local.length]);

  const sendAgain = useCallback(
    (message: Message) => {
      if (message.text === null) return;
      setSentAgain((known) => new Set(known).add(message.id));
      outbox.add({
        // A new key: the one before stands for the message that failed.
        clientMessageId: newId(),
        conversationId: conversation.id,
        phoneNumberId: conversation.phone_number_id,
        text: message.text,
        replyTo: message.reply_to,
        createdAt: new Date().toISOString(),
      });
    },
    [conversation.id, conversation.phone_number_id, outbox],
  );
  const show = useCallback((message: Message) => {
    list.current?.scrollToKey(message.client_message_id ?? message.id);
  }, []);

  const { loadOlder: fetchOlder } = props;
  const loadOlder = useCallback(() => {
    if (!isLoadingOlder) void fetchOlder();
  }, [fetchOlder, isLoadingOlder]);

  const renderRow = (row: ThreadRow) => {
    switch (row.kind) {
      case 'day':
        return <p className={styles.day}>{dayLabel(row.time, now)}</p>;
      case 'unread':
        return <p className={styles.unread}>{t.thread.unreadLine}</p>;
      case 'system':
        return <p className={styles.system}>{preview(row.message)}</p>;
      case 'local':
        return <LocalBubble row={row} customerName={name} quoted={byId.get(row.entry.replyTo ?? '')} />;
      default:
        return (
          <Bubble
            message={row.message}
            quoted={row.message.reply_to ? byId.get(row.message.reply_to) : undefined}
            startsGroup={row.startsGroup}
            endsGroup={row.endsGroup}
            wasSentAgain={sentAgain.has(row.message.id)}
            customerName={name}
            onReply={onReply}
            onSendAgain={sendAgain}
            onShow={show}
          />
        );
    }
  };

  return (
    <div className={styles.thread}>
      <VirtualThread
        ref={list}
        rows={rows}
        labelledBy={headingId}
        openAtKey={firstUnreadId === null ? null : 'unread'}
        hasOlder={hasOlder}
        loadOlder={loadOlder}
        onPinnedChange={setPinned}
        renderRow={renderRow}
      />
      {!isPinned && <ToEndButton count={newBelow} onClick={() => list.current?.scrollToEnd()} />}
      <Announcer messages={messages} name={name} headingId={headingId} />
    </div>
  );
}

/** How many inbound messages have come since the reader left the end. */
function useNewBelow(messages: Message[], isPinned: boolean): number {
  const [seenId, setSeenId] = useState<string | null>(messages.at(-1)?.id ?? null);
  const lastId = messages.at(-1)?.id ?? null;
  // Adjusted while rendering: an effect would draw the old count first.
  if (isPinned && seenId !== lastId) setSeenId(lastId);
  const seen = messages.findIndex((message) => message.id === seenId);
  return messages.slice(seen + 1).filter((message) => message.direction === 'inbound').length;
}
