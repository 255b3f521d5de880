import { useMemo } from 'react';
import { FailureNotice } from '../../components/notice';
import { useThreadMessages } from '../../hooks/thread-messages';
import type { Conversation, Message } from '../../lib/types';
import { t } from '../../messages/en';
import { Thread } from './thread';
import styles from './thread.module.css';

interface Props {
  conversation: Conversation;
  headingId: string;
  onReply: (message: Message) => void;
}

/** A conversation's messages, from loading to failing; `Thread` shows them. */
export function ThreadPane({ conversation, headingId, onReply }: Props) {
  const query = useThreadMessages(conversation);
  const messages = useMemo(() => loadedMessages(query.data?.pages), [query.data]);
  if (query.isPending)
    return (
      <div className={styles.loading} role="status">
        {t.loading}
      </div>
    );
  if (query.isError && !query.data) return <FailureNotice error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Thread
      conversation={conversation}
      headingId={headingId}
      messages={messages}
      firstUnreadId={query.data?.pages[0]?.first_unread_id ?? null}
      hasOlder={query.hasNextPage}
      isLoadingOlder={query.isFetchingNextPage}
      loadOlder={query.fetchNextPage}
      onReply={onReply}
    />
  );
}

/** Pages are newest first, messages in them oldest first; while both change, a message may stand in two. */
function loadedMessages(pages: { messages: Message[] }[] | undefined): Message[] {
  const byId = new Map<string, Message>();
  for (const page of (pages ?? []).toReversed())
    for (const message of page.messages) byId.set(message.id, message);
  return [...byId.values()];
}
