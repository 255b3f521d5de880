import { useQueryClient } from '@tanstack/react-query';
import { MessagesSquare } from 'lucide-react';
import { Suspense, useCallback, useEffect, useRef } from 'react';
import { Notice } from '../components/notice';
import { useDetails } from '../features/details/use-details';
import type { RenderBulkBar } from '../features/inbox/conversation-list';
import { InboxPane } from '../features/inbox/inbox-pane';
import { useInboxFilter } from '../features/inbox/use-inbox-filter';
import { useMediaQuery } from '../hooks/browser';
import { ALL_NUMBERS, conversationHref, usePlace, useSearchDoor } from '../hooks/place';
import { useServices } from '../hooks/services';
import { type StartChat, StartChatContext } from '../hooks/start-chat';
import { bodyOf } from '../lib/api';
import type { ConversationListData } from '../lib/apply-event';
import { keys } from '../lib/keys';
import { lazyPart } from '../lib/lazy-part';
import { ownUnread } from '../lib/list-filter';
import { notify } from '../lib/notices';
import { getSettings } from '../lib/settings';
import { shortcutOf } from '../lib/shortcuts';
import type { PhoneNumber } from '../lib/types';
import { isComposing, isLayerOpen, isTyping } from '../lib/typing';
import { t } from '../words/en';
import { ConversationLoading } from './conversation-loading';
import styles from './panes.module.css';
import { usePaneKeys } from './use-pane-keys';

// Asked for at once, beside the list: it is there before a conversation is chosen, and before the one that the address
// names has been answered.
const place = () => import('./conversation-place');
place().catch(() => undefined);
const ConversationPlace = lazyPart(place);

// Loaded when somebody begins to choose conversations.
const BulkBar = lazyPart(() => import('../features/handling/bulk/bulk-bar'));
const bulkBar: RenderBulkBar = (props) => (
  <Suspense>
    <BulkBar {...props} />
  </Suspense>
);

// Opened now and then, in the place of the list.
const SearchPane = lazyPart(() => import('../features/search/search-pane'));

// So long a row may take to be drawn.
const ROW_FRAMES = 20;

interface Props {
  /** Of new conversations, and of the one that is open. */
  number: PhoneNumber;
  /** The list shows all numbers, and not this one alone. */
  isOfAll: boolean;
  onNewChat: () => void;
}

/** The list, of one number or of all, and the open conversation: side by side, or one at a time where there is no room. */
export function Panes({ number, isOfAll, onNewChat }: Props) {
  const client = useQueryClient();
  const { conversationId, messageId, noteId, openConversation, openMessage } = usePlace();
  const [isSearch, openSearch] = useSearchDoor();
  const filter = useInboxFilter(isOfAll ? null : number.phone_number_id);
  const search = useRef<HTMLInputElement>(null);
  const isNarrow = useMediaQuery('(max-width: 719px)');
  const details = useDetails(conversationId);
  const { toggle: toggleDetails } = details;
  const named = isOfAll ? ALL_NUMBERS : number.phone_number_id;
  const hrefOf = useCallback((id: string) => conversationHref(id, named), [named]);
  usePaneKeys();
  const startChat = useStarter(number.phone_number_id, openConversation);

  const { asked } = filter;
  const listed = useCallback(() => {
    const data = client.getQueryData<ConversationListData>(keys.conversationList(asked));
    return data?.pages.flatMap((page) => page.conversations) ?? [];
  }, [asked, client]);
  const move = useCallback(
    (step: number, isUnreadOnly: boolean) => {
      const all = listed();
      const at = all.findIndex((item) => item.id === conversationId);
      const ahead = at === -1 ? all : step > 0 ? all.slice(at + 1) : all.slice(0, at).toReversed();
      const next = ahead.find((item) => !isUnreadOnly || ownUnread(item) > 0);
      if (next !== undefined) openConversation(next.id);
    },
    [listed, conversationId, openConversation],
  );
  // The next that is open: behind it in the list, else from the top. It may have left the list already.
  const onResolved = useCallback(() => {
    const then = getSettings().afterResolve;
    if (then === 'list') openConversation(null);
    if (then !== 'next') return;
    const all = listed();
    const at = all.findIndex((item) => item.id === conversationId);
    const next = [...all.slice(at + 1), ...all].find((item) => item.status === 'open' && item.id !== conversationId);
    if (next !== undefined) openConversation(next.id);
  }, [listed, conversationId, openConversation]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isComposing(event) || isLayerOpen()) return;
      const pressed = shortcutOf(event);
      if (pressed === 'Alt+ArrowDown' || pressed === 'Alt+Shift+ArrowDown') move(1, event.shiftKey);
      else if (pressed === 'Alt+ArrowUp' || pressed === 'Alt+Shift+ArrowUp') move(-1, event.shiftKey);
      else if (pressed === 'Mod+Shift+F') openSearch('');
      else if (pressed === 'Alt+I') toggleDetails();
      else if (pressed === '/' && !isTyping(event) && getSettings().singleKeys)
        search.current?.focus();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [move, openSearch, toggleDetails]);

  // Where the list comes back in place of the thread, the focus goes to the row that was open.
  const lastOpen = useRef(conversationId);
  useEffect(() => {
    const left = lastOpen.current;
    lastOpen.current = conversationId;
    if (conversationId !== null || left === null) return;
    let frame = 0;
    const place = (patience: number) => {
      const now = document.activeElement;
      if (now !== document.body && now !== search.current && !now?.closest('main')) return;
      const link = document.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(left)}"]`);
      // The list has to be measured before it draws its rows.
      if (link === null && patience > 0) frame = requestAnimationFrame(() => place(patience - 1));
      else (link ?? search.current)?.focus({ preventScroll: isNarrow });
    };
    place(ROW_FRAMES);
    return () => cancelAnimationFrame(frame);
  }, [conversationId, isNarrow]);

  const isOpen = conversationId !== null;
  return (
    <StartChatContext value={startChat}>
      <div className={styles.panes} data-open={isOpen || undefined} data-details={(isOpen && details.areOpen && !details.isDrawer) || undefined}>
        {(!isNarrow || !isOpen) && (
          <div className={styles.list}>
            {isSearch ? (
              <Suspense>
                <SearchPane number={isOfAll ? ALL_NUMBERS : null} onClose={() => openSearch(null)} />
              </Suspense>
            ) : (
              <InboxPane
                key={named}
                filter={filter}
                currentId={conversationId}
                searchRef={search}
                hrefOf={hrefOf}
                onNewChat={onNewChat}
                onSearch={openSearch}
                renderBulkBar={bulkBar}
              />
            )}
          </div>
        )}
        {isOpen ? (
          <Suspense fallback={<ConversationLoading />}>
            <ConversationPlace
              key={conversationId}
              id={conversationId}
              messageId={messageId}
              noteId={noteId}
              number={number}
              details={details}
              onOpenMessage={openMessage}
              onBack={() => openConversation(null)}
              onResolved={onResolved}
            />
          </Suspense>
        ) : (
          !isNarrow && (
            <main className={styles.empty}>
              <Notice icon={<MessagesSquare />} heading={t.thread.choose} detail={t.thread.chooseHint} />
            </main>
          )
        )}
        {isNarrow && !isOpen && <main className="sr-only">{t.thread.choose}</main>}
      </div>
    </StartChatContext>
  );
}

/** Opens the conversation with a number that a customer has sent. */
function useStarter(phoneNumberId: string, open: (id: string) => void): StartChat {
  const { api } = useServices();
  return useCallback(
    (waId) => {
      const body = { phone_number_id: phoneNumberId, to: waId };
      bodyOf(api.POST('/api/live-chat/conversations', { body }))
        .then((conversation) => open(conversation.id))
        .catch((error: Error) => notify(error.message, 'trouble'));
    },
    [api, open, phoneNumberId],
  );
}
