import { type ComponentProps, useCallback, useMemo, useState } from 'react';
import { Button } from '../../components/button';
import { FailureNotice } from '../../components/notice';
import { ApiProblem } from '../../lib/api';
import type { Conversation, Message } from '../../lib/types';
import { t } from '../../words/en';
import { type Anchor, savedAnchor } from './anchors';
import { useThreadAround, useThreadMessages } from './endpoints';
import type { RenderTemplateLink } from './send-trouble';
import { Thread, type ThreadProps } from './thread';
import styles from './thread.module.css';

interface Props {
  conversation: Conversation;
  headingId: string;
  /** The message that the address names: the thread opens around it. */
  messageId: string | null;
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
  const { conversation, headingId, messageId, renderTemplateLink, renderNote, onReply, onOpenMessage, threadRef } = props;
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

  if (latest.isError && !latest.data)
    return <Failed error={latest.error} onRetry={() => void latest.refetch()} />;
  if (latest.isPending || found === null) return <Skeleton />;
  const shared = { conversation, headingId, firstUnreadId, lastUnreadId, renderTemplateLink, renderNote, onReply, onOpenMessage, onLatest: toLatest, ref: threadRef };
  if (aroundId !== null)
    return (
      <ThreadWindow
        key={aroundId}
        {...shared}
        aroundId={aroundId}
        namedId={messageId ?? aroundId}
        anchor={left?.messageId === aroundId ? left : null}
      />
    );
  return (
    <div className={styles.place}>
      {latest.isRefetchError && <Stale onRetry={() => void latest.refetch()} />}
      <Thread
        {...shared}
        messages={messages}
        namedId={messageId}
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

type Shared = Pick<
  ThreadProps,
  'conversation' | 'headingId' | 'firstUnreadId' | 'lastUnreadId' | 'namedId' | 'anchor' | 'renderTemplateLink' | 'renderNote' | 'onReply' | 'onOpenMessage' | 'onLatest' | 'ref'
>;

/**
 * The messages around one of them. Each such message has a component of its own, so that pages that are loaded belong
 * to the messages that are shown, from the first moment on, also if those are known from an earlier visit.
 */
function ThreadWindow({ aroundId, ...shared }: Shared & { aroundId: string }) {
  const { conversation, onLatest } = shared;
  const around = useThreadAround(conversation, aroundId);
  const messages = useMemo(() => loadedMessages(around.data?.pages), [around.data]);
  if (around.isPending) return <Skeleton />;
  if (around.isError && !around.data) {
    // If the message does not exist (any more), the agent is offered the thread's end.
    const isGone = around.error instanceof ApiProblem && around.error.status === 404;
    return (
      <Failed
        error={around.error}
        onRetry={() => (isGone ? onLatest() : void around.refetch())}
        retryLabel={isGone ? t.thread.toLatest : undefined}
      />
    );
  }
  return (
    <div className={styles.place}>
      {around.isRefetchError && <Stale onRetry={() => void around.refetch()} />}
      <Thread
        {...shared}
        messages={messages}
        pages={{
          isLoading: around.isFetchingNextPage || around.isFetchingPreviousPage,
          hasOlder: around.hasNextPage,
          loadOlder: around.fetchNextPage,
          hasNewer: true,
          loadNewer: around.hasPreviousPage ? around.fetchPreviousPage : nothing,
          onWindowEnd: around.hasPreviousPage ? nothing : onLatest,
        }}
      />
    </div>
  );
}

/** Takes the thread's place, and is as large, so that the composer below stays where it is. */
function Failed(props: ComponentProps<typeof FailureNotice>) {
  return (
    <div className={styles.failed}>
      <FailureNotice {...props} />
    </div>
  );
}

function Stale({ onRetry }: { onRetry: () => void }) {
  return (
    <p role="status" className={styles.stale}>
      {t.couldNotRefresh}{' '}
      <Button kind="link" onClick={onRetry}>
        {t.retry}
      </Button>
    </p>
  );
}

const nothing = () => undefined;

/** All messages, oldest first. Pages come newest first, and a message may stand in two while they change. */
function loadedMessages(pages: { messages: Message[] }[] | undefined): Message[] {
  const byId = new Map<string, Message>();
  for (const page of (pages ?? []).toReversed())
    for (const message of page.messages) byId.set(message.id, message);
  return [...byId.values()];
}

const BONES = [58, 36, 72, 44, 64, 30];

function Skeleton() {
  return (
    <div className={styles.loading} role="status">
      <span className="sr-only">{t.loading}</span>
      {BONES.map((width, index) => (
        <span key={width} className={styles.bone} data-side={index % 3 === 1 ? 'out' : 'in'} style={{ inlineSize: `${width}%` }} />
      ))}
    </div>
  );
}
