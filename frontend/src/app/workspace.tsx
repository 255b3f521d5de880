import { useQueryClient } from '@tanstack/react-query';
import { MessagesSquare } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { Notice } from '../components/notice';
import { InboxPane } from '../features/inbox/inbox-pane';
import { useMediaQuery } from '../hooks/browser';
import { useInboxFilter } from '../hooks/inbox-filter';
import { HOME, usePlace } from '../hooks/place';
import type { ConversationListData } from '../lib/apply-event';
import { keys } from '../lib/keys';
import type { PhoneNumber } from '../lib/types';
import { isTyping } from '../lib/typing';
import { t } from '../messages/en';
import { ConversationPlace } from './conversation-place';
import styles from './workspace.module.css';

const DETAILS = 'livechat.details';

/** One number's list and the open conversation: side by side, or one at a time where there is no room. */
export function Workspace({ number }: { number: PhoneNumber }) {
  const client = useQueryClient();
  const { conversationId, phoneNumberId, openConversation } = usePlace();
  const filter = useInboxFilter(number.phone_number_id);
  const search = useRef<HTMLInputElement>(null);
  const isNarrow = useMediaQuery('(max-width: 719px)');
  const [areDetailsOpen, setDetailsOpen] = useState(() => localStorage.getItem(DETAILS) === '1');
  const toggleDetails = useCallback(() => {
    setDetailsOpen((open) => {
      localStorage.setItem(DETAILS, open ? '0' : '1');
      return !open;
    });
  }, []);
  const hrefOf = useCallback(
    (id: string) => `${HOME}/${encodeURIComponent(id)}${phoneNumberId ? `?number=${phoneNumberId}` : ''}`,
    [phoneNumberId],
  );

  const { asked } = filter;
  useEffect(() => {
    const move = (step: number) => {
      const data = client.getQueryData<ConversationListData>(keys.conversationList(asked));
      const ids = data?.pages.flatMap((page) => page.conversations.map((item) => item.id)) ?? [];
      const at = conversationId === null ? -1 : ids.indexOf(conversationId);
      const next = ids[at === -1 ? 0 : at + step];
      if (next !== undefined) openConversation(next);
    };
    const onKey = (event: KeyboardEvent) => {
      if (document.querySelector('dialog[open]')) return;
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (event.altKey && event.code === 'ArrowDown') move(1);
      else if (event.altKey && event.code === 'ArrowUp') move(-1);
      else if (event.altKey && event.code === 'KeyI') toggleDetails();
      else if (event.key === '/' && isPlain && !isTyping(event)) search.current?.focus();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [asked, client, conversationId, openConversation, toggleDetails]);

  const isOpen = conversationId !== null;
  return (
    <div className={styles.workspace} data-open={isOpen || undefined} data-details={(isOpen && areDetailsOpen) || undefined}>
      {(!isNarrow || !isOpen) && (
        <div className={styles.list}>
          <InboxPane filter={filter} currentId={conversationId} searchRef={search} hrefOf={hrefOf} />
        </div>
      )}
      {isOpen ? (
        <ConversationPlace
          key={conversationId}
          id={conversationId}
          number={number}
          areDetailsOpen={areDetailsOpen}
          onToggleDetails={toggleDetails}
          onBack={() => openConversation(null)}
        />
      ) : (
        !isNarrow && (
          <main className={styles.empty}>
            <Notice icon={<MessagesSquare />} heading={t.thread.choose} detail={t.thread.chooseHint} />
          </main>
        )
      )}
      {isNarrow && !isOpen && <main className="sr-only">{t.thread.choose}</main>}
    </div>
  );
}
