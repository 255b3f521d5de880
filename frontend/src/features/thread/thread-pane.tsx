import { Suspense, useCallback, useMemo, useState } from 'react';
import { lazyPart } from '../../lib/lazy-part';
import type { Conversation, Message } from '../../lib/types';
import { type Anchor, savedAnchor } from './anchors';
import { loadedMessages, useThreadMessages } from './endpoints';
import type { RenderTemplateLink } from './send-trouble';
import { Thread, type ThreadProps } from './thread';
import { Failed, Skeleton, Stale } from './thread-states';
import styles from './thread.module.css';

// Most threads are opened at their end.
const ThreadWindow = lazyPart(() => import('./thread-window'));
const BesideNote = lazyPart(() => import('./beside-note'));

interface Props {
  conversation: Conversation;
  headingId: string;
  /** The message that the address names: the thread opens around it. */
  messageId: string | null;
  /** The note that the address names. */
  noteId: string | null;
  /** Stable, like everything that a bubble is drawn from. */
  renderTemplateLink: RenderTemplateLink;
  /** A colleague's note between the messages. Stable. */
  renderNote: ThreadProps['renderNote'];
  onReply: (message: Message) => void;
  /** Opens the thread around a message that is not loaded; null opens it at its end. */
  onOpenMessage: (messageId: string | null) => void;
  threadRef: React.Ref<ThreadHandle>;
}

export interface ThreadHandle {
  focusLast: () => void;
}

/** Loads a conversation's messages, and says so if that fails. `Thread` shows them. */
export function ThreadPane(props: Props) {
  const { conversation, headingId, noteId, renderTemplateLink, renderNote, onReply, onOpenMessage, threadRef } = props;
  // Messages are what a thread is loaded by: one with a note is opened around the message beside it.
  const [beside, setBeside] = useState<{ noteId: string; messageId: string | null } | null>(null);
  const messageId = noteId === null ? props.messageId : (beside?.messageId ?? null);
  const latest = useThreadMessages(conversation);
  const messages = useMemo(() => loadedMessages(latest.data?.pages), [latest.data]);
  const firstUnreadId = latest.data?.pages[0]?.first_unread_id ?? null;
  const lastUnreadId = latest.data?.pages[0]?.last_unread_id ?? null;
  const [left, setLeft] = useState<Anchor | null>(() => savedAnchor(conversation.id));
  // Reading begins at the message that the address names, at the first unread, or where the thread was left. Whether
  // that message is loaded is looked up once: other pages come later, and the thread must not jump with them.
  const [start, setStart] = useState<string | null | undefined>(undefined);
  const [found, setFound] = useState<{ wish: string | null; isLoaded: boolean } | null>(null);
  if (latest.data && start === undefined) setStart(firstUnreadId ?? left?.messageId ?? null);
  const wish = messageId ?? start ?? null;
  if (latest.data && start !== undefined && found?.wish !== wish)
    setFound({ wish, isLoaded: wish === null || messages.some((message) => message.id === wish) });
  const aroundId = found && !found.isLoaded ? found.wish : null;

  const toLatest = useCallback(() => {
    setLeft(null);
    setStart(null);
    onOpenMessage(null);
  }, [onOpenMessage]);

  if (noteId !== null && beside?.noteId !== noteId)
    return (
      <Suspense fallback={<Skeleton />}>
        <BesideNote key={noteId} conversationId={conversation.id} noteId={noteId} onFound={setBeside} onLatest={toLatest} />
      </Suspense>
    );
  if (latest.isError && !latest.data)
    return <Failed error={latest.error} onRetry={() => void latest.refetch()} />;
  if (latest.isPending || found === null) return <Skeleton />;
  const shared = { conversation, headingId, noteId, firstUnreadId, lastUnreadId, renderTemplateLink, renderNote, onReply, onOpenMessage, onLatest: toLatest, ref: threadRef };
  if (aroundId !== null)
    return (
      <Suspense fallback={<Skeleton />}>
        <ThreadWindow
          key={aroundId}
          {...shared}
          aroundId={aroundId}
          namedId={messageId ?? aroundId}
          anchor={left?.messageId === aroundId ? left : null}
        />
      </Suspense>
    );
  return (
    <div className={styles.place}>
      {latest.isRefetchError && <Stale onRetry={() => void latest.refetch()} />}
      <Thread
        {...shared}
        messages={messages}
        namedId={messageId}
        aroundId={null}
        anchor={messageId === null && firstUnreadId === null ? left : null}
        pages={{
          isLoading: latest.isFetchingNextPage,
          hasOlder: latest.hasNextPage,
          loadOlder: latest.fetchNextPage,
          hasNewer: false,
          loadNewer: nothing,
          onWindowEnd: nothing,
        }}
      />
    </div>
  );
}

const nothing = () => undefined;
