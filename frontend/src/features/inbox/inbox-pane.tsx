import { Search, X } from 'lucide-react';
import type { RefObject } from 'react';
import { Button } from '../../components/button';
import { isComposing } from '../../lib/typing';
import { t } from '../../words/en';
import { ConversationList, type RenderBulkBar } from './conversation-list';
import styles from './inbox-pane.module.css';
import { ListTabs } from './list-tabs';
import { useCanChoose } from './use-can-choose';
import type { InboxFilter } from './use-inbox-filter';
import { useSelection } from './use-selection';

interface Props {
  filter: InboxFilter;
  currentId: string | null;
  searchRef: RefObject<HTMLInputElement | null>;
  hrefOf: (conversationId: string) => string;
  onNewChat: () => void;
  /** Looks for the words in all that was said. */
  onSearch: (words: string) => void;
  renderBulkBar: RenderBulkBar;
}

/** The list of conversations, with what narrows it. */
export function InboxPane({ filter, currentId, searchRef, hrefOf, onNewChat, onSearch, renderBulkBar }: Props) {
  const selecting = useSelection(filter.asked);
  const canChoose = useCanChoose(filter.asked.phoneNumberId);
  const { text, setText, choose, reset } = filter;
  return (
    <nav className={styles.pane} aria-label={t.inbox.heading}>
      <div className={styles.tools}>
        <div className={styles.search}>
          <Search size={18} aria-hidden />
          <input
            ref={searchRef}
            type="search"
            className={styles.input}
            aria-label={t.inbox.search}
            placeholder={t.inbox.search}
            value={text}
            maxLength={100}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (isComposing(event)) return;
              if (event.key === 'Escape' && text !== '') {
                event.stopPropagation();
                setText('');
              }
              if (event.key === 'ArrowDown') {
                event.preventDefault();
                document.querySelector<HTMLElement>('[data-list-row][tabindex="0"]')?.focus();
              }
            }}
          />
          {text !== '' && (
            <Button kind="icon" className={styles.clear} aria-label={t.inbox.clearSearch} onClick={() => setText('')}>
              <X size={16} />
            </Button>
          )}
        </div>
        {text.trim() !== '' && (
          <Button kind="link" className={styles.everywhere} onClick={() => onSearch(text.trim())}>
            {t.inbox.searchMessages}
          </Button>
        )}
        <ListTabs filter={filter} selecting={canChoose === null ? null : selecting} />
      </div>
      <ConversationList
        filter={filter.asked}
        selecting={selecting}
        canChoose={canChoose}
        renderBulkBar={renderBulkBar}
        currentId={currentId}
        hrefOf={hrefOf}
        onNewChat={onNewChat}
        onShowAll={reset}
        onShowScope={(scope) => choose({ scope })}
      />
    </nav>
  );
}
