import { useVirtualizer } from '@tanstack/react-virtual';
import { CheckCheck, MessagesSquare, SearchX } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '../../components/button';
import { FailureNotice, Notice } from '../../components/notice';
import { useNow } from '../../hooks/browser';
import { useConversationList } from '../../hooks/conversations';
import { useServices } from '../../hooks/services';
import type { ListFilter } from '../../lib/keys';
import type { Conversation } from '../../lib/types';
import { t } from '../../messages/en';
import styles from './conversation-list.module.css';
import { ConversationRow } from './conversation-row';

interface Props {
  filter: ListFilter;
  currentId: string | null;
  hrefOf: (conversationId: string) => string;
  onShowAll: () => void;
}

const ROW_PX = 74;

export function ConversationList({ filter, currentId, hrefOf, onShowAll }: Props) {
  const list = useConversationList(filter);
  if (list.isPending) return <Skeleton />;
  if (list.isError && !list.data) return <FailureNotice error={list.error} onRetry={() => void list.refetch()} />;
  const conversations = list.data?.pages.flatMap((page) => page.conversations) ?? [];
  if (conversations.length === 0) return <Empty filter={filter} onShowAll={onShowAll} />;
  return (
    <>
      {list.isRefetchError && (
        <p role="status" className={styles.stale}>
          {t.couldNotRefresh}{' '}
          <Button kind="link" onClick={() => void list.refetch()}>
            {t.retry}
          </Button>
        </p>
      )}
      <Rows
        conversations={conversations}
        currentId={currentId}
        hrefOf={hrefOf}
        hasMore={list.hasNextPage}
        loadMore={() => {
          if (!list.isFetchingNextPage) void list.fetchNextPage();
        }}
      />
    </>
  );
}

interface RowsProps {
  conversations: Conversation[];
  currentId: string | null;
  hrefOf: (conversationId: string) => string;
  hasMore: boolean;
  loadMore: () => void;
}

function Rows({ conversations, currentId, hrefOf, hasMore, loadMore }: RowsProps) {
  const { userId } = useServices();
  const now = useNow();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: conversations.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => conversations[index]?.id ?? index,
    overscan: 6,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  const isNearEnd = lastShown >= conversations.length - 10;
  useEffect(() => {
    if (hasMore && isNearEnd) loadMore();
  }, [hasMore, isNearEnd, loadMore]);
  // A conversation reached by keyboard or link is brought into view; one under the pointer stays put.
  const currentIndex = conversations.findIndex((item) => item.id === currentId);
  const shownId = useRef<string | null>(null);
  useEffect(() => {
    if (currentIndex >= 0 && shownId.current !== currentId) virtual.scrollToIndex(currentIndex);
    shownId.current = currentId;
  }, [currentId, currentIndex, virtual]);
  return (
    <div ref={scroller} className={styles.scroller}>
      <ol className={styles.list} style={{ blockSize: virtual.getTotalSize() }}>
        {items.map((item) => {
          const conversation = conversations[item.index];
          return (
            conversation && (
              <li
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className={styles.item}
                aria-posinset={item.index + 1}
                aria-setsize={hasMore ? -1 : conversations.length}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <ConversationRow
                  conversation={conversation}
                  href={hrefOf(conversation.id)}
                  isCurrent={conversation.id === currentId}
                  userId={userId}
                  now={now}
                />
              </li>
            )
          );
        })}
      </ol>
    </div>
  );
}

function Empty({ filter, onShowAll }: { filter: ListFilter; onShowAll: () => void }) {
  const showAll = <Button onClick={onShowAll}>{t.inbox.showAll}</Button>;
  if (filter.search !== '')
    return (
      <Notice icon={<SearchX />} heading={t.inbox.noneFound(filter.search)} detail={t.inbox.noneFoundHint}>
        {showAll}
      </Notice>
    );
  if (filter.unread)
    return (
      <Notice icon={<CheckCheck />} heading={t.inbox.noneUnread} detail={t.inbox.noneUnreadHint}>
        {showAll}
      </Notice>
    );
  return <Notice icon={<MessagesSquare />} heading={t.inbox.empty} detail={t.inbox.emptyHint} />;
}

function Skeleton() {
  return (
    <div className={styles.skeleton} role="status">
      <span className="sr-only">{t.loading}</span>
      {Array.from({ length: 8 }, (_, index) => (
        <span key={index} className={styles.bone} />
      ))}
    </div>
  );
}
