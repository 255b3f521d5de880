import { ListChecks, SlidersHorizontal } from 'lucide-react';
import { Suspense, useState } from 'react';
import { Button } from '../../components/button';
import { Pill } from '../../components/pill';
import { lazyPart } from '../../lib/lazy-part';
import { narrowings, type Tab } from '../../lib/list-filter';
import { NOTHING } from '../../lib/selection';
import { t } from '../../words/en';
import { useCounts } from './endpoints';
import styles from './list-tabs.module.css';
import type { InboxFilter } from './use-inbox-filter';
import type { Selecting } from './use-selection';
import { ViewsButton } from './views-button';

// Opened now and then.
const FilterDialog = lazyPart(() => import('./filter-dialog'));
// Where the list was opened by a view.
const OpenView = lazyPart(() => import('./open-view'));

const SCOPES: readonly Tab[] = ['mine', 'unassigned', 'all'];
// As far as the server counts.
const MOST = 1000;

interface Props {
  filter: InboxFilter;
  /** Null: the agent may do nothing to what they would choose. */
  selecting: Selecting | null;
}

/** Whose conversations the list shows, how many there are, and what else narrows it. */
export function ListTabs({ filter, selecting }: Props) {
  const { choice, choose, asked } = filter;
  const counts = useCounts(asked.phoneNumberId).data;
  const [isOpen, setOpen] = useState(false);
  const isClosing = choice.closing;
  const hasClosing = isClosing || (counts?.closing ?? 0) > 0;
  const narrowed = narrowings(choice) - Number(choice.unread) - Number(choice.waiting) - Number(isClosing);
  return (
    <>
      <div className={styles.top}>
        <div className={styles.tabs} role="group" aria-label={t.inbox.show}>
          {SCOPES.map((scope) => (
            <button
              key={scope}
              type="button"
              className={styles.tab}
              aria-pressed={choice.scope === scope}
              aria-label={counts && t.inbox.tab(t.inbox.scopes[scope], t.inbox.count(counts[scope], MOST))}
              onClick={() => choose({ scope })}
            >
              {t.inbox.scopes[scope]}
              {counts && <span className={styles.count}>{t.inbox.count(counts[scope], MOST)}</span>}
            </button>
          ))}
        </div>
        <ViewsButton asked={asked} isOn={choice.view !== null} />
      </div>
      <div className={styles.filters}>
        <Pill isOn={choice.unread} onClick={() => choose({ unread: !choice.unread })}>
          {t.inbox.unread}
        </Pill>
        <Pill isOn={choice.waiting} onClick={() => choose({ waiting: !choice.waiting })}>
          {t.inbox.waiting}
        </Pill>
        {hasClosing && (
          // A queue: whose window closes next stands first.
          <Pill isOn={isClosing} onClick={() => choose({ closing: !isClosing, sort: isClosing ? 'recent' : 'closing' })}>
            {t.inbox.closing(counts?.closing ?? 0)}
          </Pill>
        )}
        {selecting && (
          <Button
            kind="icon"
            className={styles.select}
            aria-label={t.inbox.select}
            title={t.inbox.select}
            aria-pressed={selecting.selection !== null}
            onClick={() => selecting.change((now) => (now === null ? NOTHING : null))}
          >
            <ListChecks size={18} />
          </Button>
        )}
        <Button
          kind="icon"
          className={styles.more}
          aria-label={t.inbox.filters(narrowed)}
          title={t.inbox.filters(narrowed)}
          aria-haspopup="dialog"
          data-on={narrowed > 0 || choice.sort !== 'recent' || undefined}
          onClick={() => setOpen(true)}
        >
          <SlidersHorizontal size={18} />
        </Button>
      </div>
      {choice.view !== null && (
        <Suspense>
          <OpenView viewId={choice.view} choice={choice} asked={asked} />
        </Suspense>
      )}
      {isOpen && (
        <Suspense>
          <FilterDialog filter={filter} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
