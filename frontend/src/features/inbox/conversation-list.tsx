import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { CheckCheck, Inbox, MessagesSquare, SearchX } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button';
import { FailureNotice, Notice } from '../../components/notice';
import { RowBoundary } from '../../components/row-boundary';
import { useMediaQuery } from '../../hooks/browser';
import { useConversationList } from '../../hooks/conversations';
import { useLineNames } from '../../hooks/line-names';
import { useServices } from '../../hooks/services';
import { useSettings } from '../../hooks/settings';
import { lazyPart } from '../../lib/lazy-part';
import { type ListFilter, narrowings, type Scope } from '../../lib/list-filter';
import { customerName } from '../../lib/names';
import { allListed, allMatching, extended, isChosen, NOTHING, toggled } from '../../lib/selection';
import type { Conversation } from '../../lib/types';
import { isComposing } from '../../lib/typing';
import { t } from '../../words/en';
import styles from './conversation-list.module.css';
import { BrokenRow, ConversationRow } from './conversation-row';
import type { CanChoose } from './use-can-choose';

import type { Selecting } from './use-selection';
import { useStillUnderPointer } from './use-still-under-pointer';

interface Props {
  filter: ListFilter;
  currentId: string | null;
  hrefOf: (conversationId: string) => string;
  onNewChat: () => void;
  onShowAll: () => void;
  onShowScope: (scope: Scope) => void;
  selecting: Selecting;
  /** Null: the agent may do nothing to what they would choose. */
  canChoose: CanChoose | null;
  renderBulkBar: RenderBulkBar;
}

/** What is chosen, for what can be done to it. */
export interface Chosen {
  filter: ListFilter;
  chosen: readonly Conversation[];
  isAll: boolean;
  listed: number;
  hasMore: boolean;
  hrefOf: (conversationId: string) => string;
  onChooseListed: () => void;
  onChooseMatching: () => void;
  onChooseNone: () => void;
  onOver: () => void;
  onClose: () => void;
}
export type RenderBulkBar = (props: Chosen) => ReactNode;

// Loaded when the list is pointed at.
const selectingPart = () => import('./selecting');
const RowPick = lazyPart(async () => ({ default: (await selectingPart()).RowPick }));
const ListSelecting = lazyPart(async () => ({ default: (await selectingPart()).ListSelecting }));

const ROW_PX = 74;
const COMPACT_ROW_PX = 58;

export function ConversationList(props: Props) {
  const { filter, currentId, hrefOf, selecting, canChoose, renderBulkBar } = props;
  const { selection, change } = selecting;
  const list = useConversationList(filter);
  if (list.isPending) return <Skeleton />;
  if (list.isError && !list.data) return <FailureNotice error={list.error} onRetry={() => void list.refetch()} />;
  const conversations = list.data?.pages.flatMap((page) => page.conversations) ?? [];
  const choosable = canChoose === null ? [] : conversations.filter(canChoose);
  const ids = choosable.map((one) => one.id);
  return (
    <>
      {conversations.length === 0 && <Empty {...props} />}
      {list.isRefetchError && (
        <p role="status" className={styles.stale}>
          {t.couldNotRefresh}{' '}
          <Button kind="link" onClick={() => void list.refetch()}>
            {t.retry}
          </Button>
        </p>
      )}
      {conversations.length > 0 && (
        <Rows
          conversations={conversations}
          currentId={currentId}
          hrefOf={hrefOf}
          isOfAll={filter.phoneNumberId === null}
          hasMore={list.hasNextPage}
          loadMore={() => {
            if (!list.isFetchingNextPage) void list.fetchNextPage();
          }}
          selecting={selecting}
          choosable={ids}
        />
      )}
      {selection !== null &&
        canChoose !== null &&
        renderBulkBar({
          filter,
          chosen: choosable.filter((one) => isChosen(selection, one.id)),
          isAll: selection.isAll,
          listed: ids.length,
          hasMore: list.hasNextPage,
          hrefOf,
          onChooseListed: () => change(() => allListed(ids)),
          onChooseMatching: () => change(() => allMatching(ids)),
          onChooseNone: () => change(() => NOTHING),
          onOver: () => change((now) => (now?.isAll || now?.ids.size ? now : null)),
          onClose: () => change(() => null),
        })}
    </>
  );
}

interface RowsProps {
  conversations: Conversation[];
  currentId: string | null;
  hrefOf: (conversationId: string) => string;
  /** Of all numbers: each row says through which one it runs. */
  isOfAll: boolean;
  hasMore: boolean;
  loadMore: () => void;
  selecting: Selecting;
  /** Ids of those that can be chosen. */
  choosable: readonly string[];
}

function Rows(props: RowsProps) {
  const { currentId, hrefOf, isOfAll, hasMore, loadMore, selecting, choosable } = props;
  const { selection, change } = selecting;
  const hasPointer = useMediaQuery('(hover: hover)');
  const [isNear, setNear] = useState(!hasPointer);
  const hasPicks = choosable.length > 0 && (isNear || selection !== null);
  const come = () => setNear(true);
  const { userId } = useServices();
  const lines = useLineNames();
  const { compactRows } = useSettings();
  const rowPx = compactRows ? COMPACT_ROW_PX : ROW_PX;
  const scroller = useRef<HTMLDivElement>(null);
  const { shown: conversations, ...pointer } = useStillUnderPointer(props.conversations);
  const [focusedId, setFocusedId] = useState<string | null>(null);
  const indexOf = (id: string | null) => (id === null ? -1 : conversations.findIndex((item) => item.id === id));
  const focusedIndex = indexOf(focusedId);
  const currentIndex = indexOf(currentId);
  const virtual = useVirtualizer({
    count: conversations.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => conversations[index]?.id ?? index,
    overscan: 6,
    // A row that has the focus stays mounted, however far it is scrolled away.
    rangeExtractor: (range: Range) => {
      const mounted = defaultRangeExtractor(range);
      if (focusedIndex === -1 || mounted.includes(focusedIndex)) return mounted;
      return [...mounted, focusedIndex].toSorted((a, b) => a - b);
    },
  });
  useEffect(() => virtual.measure(), [rowPx, virtual]);
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  const isNearEnd = lastShown >= conversations.length - 10;
  useEffect(() => {
    if (hasMore && isNearEnd) loadMore();
  }, [hasMore, isNearEnd, loadMore]);
  // A conversation reached by keyboard or link is brought into view; one under the pointer stays put.
  const broughtInto = useRef<string | null>(null);
  useEffect(() => {
    if (currentId === null || currentIndex === -1 || broughtInto.current === currentId) return;
    broughtInto.current = currentId;
    virtual.scrollToIndex(currentIndex, { align: 'auto' });
  }, [currentId, currentIndex, virtual]);

  const focusRow = (index: number) => {
    const wanted = conversations[Math.max(0, Math.min(index, conversations.length - 1))];
    if (!wanted) return;
    setFocusedId(wanted.id);
    virtual.scrollToIndex(indexOf(wanted.id), { align: 'auto' });
    requestAnimationFrame(() =>
      scroller.current
        ?.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(wanted.id)}"]`)
        ?.focus({ preventScroll: true }),
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || focusedIndex === -1) return;
    const perPage = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 1);
    const steps: Record<string, number> = {
      ArrowDown: focusedIndex + 1,
      ArrowUp: focusedIndex - 1,
      PageDown: focusedIndex + perPage,
      PageUp: focusedIndex - perPage,
      Home: 0,
      End: conversations.length - 1,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    focusRow(next);
  };
  // A range is what lies between two rows as they are shown.
  const shownIds = conversations.map((one) => one.id).filter((id) => choosable.includes(id));
  const tabStop = focusedIndex !== -1 ? focusedIndex : Math.max(currentIndex, 0);
  // Tab must find a row: where the stop is scrolled out of what is mounted, the first one stands in.
  const mountedStop = items.some((item) => item.index === tabStop) ? tabStop : items[0]?.index;
  return (
    // The rows are links; the keys move among them.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={scroller}
      className={styles.scroller}
      data-compact={compactRows || undefined}
      data-selecting={selection !== null || undefined}
      onKeyDown={onKeyDown}
      onPointerEnter={come}
      onFocus={come}
      {...pointer}
    >
      {hasPicks && (
        <Suspense>
          <ListSelecting
            {...selecting}
            list={scroller}
            ids={shownIds}
            focusRow={(id) => focusRow(indexOf(id))}
          />
        </Suspense>
      )}
      <ol className={styles.list} style={{ blockSize: virtual.getTotalSize() }}>
        {items.map((item) => {
          const conversation = conversations[item.index];
          return (
            conversation && (
              // It watches where the focus is: that is the link's, inside it.
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
              <li
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className={styles.item}
                data-chosen={isChosen(selection, conversation.id) || undefined}
                onFocus={() => setFocusedId(conversation.id)}
                onBlur={() => setFocusedId(null)}
                aria-posinset={item.index + 1}
                aria-setsize={hasMore ? -1 : conversations.length}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <RowBoundary
                  of={conversation}
                  fallback={<BrokenRow href={hrefOf(conversation.id)} isCurrent={conversation.id === currentId} />}
                >
                  <ConversationRow
                    conversation={conversation}
                    href={hrefOf(conversation.id)}
                    isCurrent={conversation.id === currentId}
                    line={isOfAll ? lines.get(conversation.phone_number_id) : undefined}
                    isTabStop={item.index === mountedStop}
                    userId={userId}
                  />
                </RowBoundary>
                {hasPicks && choosable.includes(conversation.id) && (
                  <Suspense>
                    <RowPick
                      name={customerName(conversation)}
                      isChosen={isChosen(selection, conversation.id)}
                      isTabStop={selection !== null && item.index === mountedStop}
                      onPick={(isRange) => change((now) => (isRange ? extended : toggled)(now, conversation.id, shownIds))}
                    />
                  </Suspense>
                )}
              </li>
            )
          );
        })}
      </ol>
    </div>
  );
}

type EmptyProps = Pick<Props, 'filter' | 'onNewChat' | 'onShowAll' | 'onShowScope'>;

/** Why a list is empty, and the one thing to do about it. */
function Empty({ filter, onNewChat, onShowAll, onShowScope }: EmptyProps) {
  const showAll = <Button onClick={onShowAll}>{t.inbox.showAll}</Button>;
  if (filter.search !== '')
    return (
      <Notice icon={<SearchX />} heading={t.inbox.noneFound(filter.search)} detail={t.inbox.noneFoundHint}>
        {showAll}
      </Notice>
    );
  if (filter.unread && narrowings(filter) === 1)
    return (
      <Notice icon={<CheckCheck />} heading={t.inbox.noneUnread} detail={t.inbox.noneUnreadHint}>
        {showAll}
      </Notice>
    );
  if (narrowings(filter) > 0 || filter.scope === 'watching' || filter.scope.startsWith('team:'))
    return (
      <Notice icon={<SearchX />} heading={t.inbox.noneMatch} detail={t.inbox.noneMatchHint}>
        {showAll}
      </Notice>
    );
  if (filter.scope === 'mine')
    return (
      <Notice icon={<Inbox />} heading={t.inbox.noneMine} detail={t.inbox.noneMineHint}>
        <Button onClick={() => onShowScope('unassigned')}>{t.inbox.showUnassigned}</Button>
      </Notice>
    );
  if (filter.scope === 'unassigned')
    return (
      <Notice icon={<CheckCheck />} heading={t.inbox.noneUnassigned} detail={t.inbox.noneUnassignedHint}>
        <Button onClick={() => onShowScope('all')}>{t.inbox.showAll}</Button>
      </Notice>
    );
  return (
    <Notice icon={<MessagesSquare />} heading={t.inbox.empty} detail={t.inbox.emptyHint}>
      <Button onClick={onNewChat}>{t.newChat.open}</Button>
    </Notice>
  );
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
