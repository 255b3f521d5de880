import { useMemo } from 'react';
import { ApiProblem } from '../../lib/api';
import { t } from '../../words/en';
import { useThreadAround } from './around';
import { loadedMessages } from './endpoints';
import { Thread, type ThreadProps } from './thread';
import { Failed, Skeleton, Stale } from './thread-states';
import styles from './thread.module.css';

type Props = Omit<ThreadProps, 'messages' | 'pages' | 'aroundId'> & { aroundId: string };

/**
 * The messages around one of them. Each such message has a component of its own, so that pages that are loaded belong
 * to the messages that are shown, from the first moment on, also if those are known from an earlier visit.
 */
export default function ThreadWindow(props: Props) {
  const { conversation, aroundId, onLatest } = props;
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
        {...props}
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

const nothing = () => undefined;
