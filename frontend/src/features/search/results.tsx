import { Search, SearchX, WifiOff } from 'lucide-react';
import { type KeyboardEvent, memo, useEffect, useId, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Button } from '../../components/button';
import { FoundLine } from '../../components/found-line';
import { FailureNotice, Notice } from '../../components/notice';
import { RowBoundary } from '../../components/row-boundary';
import { useNow, useOnline } from '../../hooks/browser';
import { useLineNames } from '../../hooks/line-names';
import { foundHref, usePlace } from '../../hooks/place';
import { ApiProblem } from '../../lib/api';
import type { Hit } from '../../lib/search-hits';
import { isNarrowed } from '../../lib/search-question';
import { shortcutOf } from '../../lib/shortcuts';
import { isComposing, isLayerOpen } from '../../lib/typing';
import { t } from '../../words/en';
import { s } from '../../words/search-en';
import styles from './search-pane.module.css';
import type { Asking } from './use-question';
import { type Group, useResults } from './use-results';

const NEAR_PX = 600;
const PER_PAGE = 8;
const EVERYWHERE = { phoneNumberId: null, from: null, to: null };

interface Props {
  asking: Asking;
  number: string | null;
  onField: () => void;
}

/** What was found, or why there is nothing. */
export function Results({ asking, number, onField }: Props) {
  const { question, isBehind, narrow } = asking;
  const results = useResults(question, isBehind);
  const { groups, isAsked, isPending, error, told, isPartial, list } = results;
  const isOnline = useOnline();
  // What failed for the lack of a line is asked for again when there is one.
  const { retry } = results;
  const wasOnline = useRef(isOnline);
  useEffect(() => {
    if (isOnline && !wasOnline.current && error) retry();
    wasOnline.current = isOnline;
  }, [error, isOnline, retry]);

  const goOn = list.hasNextPage && (
    <Button disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      {s.goOn}
    </Button>
  );
  const everywhere = isNarrowed(question) && <Button onClick={() => narrow(EVERYWHERE)}>{s.anywhere}</Button>;
  return (
    <>
      <p role="status" className="sr-only">
        {told && (told.count === 0 ? (isPartial ? s.noneYet : s.none(question.words)) : s.count(told.count, told.isAll))}
      </p>
      {!isAsked && !isBehind && <Notice icon={<Search />} heading={s.start} detail={s.startHint} />}
      {(isBehind || (isAsked && isPending && !error)) && <Skeleton />}
      {isAsked && error && <Failure error={error} isOnline={isOnline} onRetry={retry} onEverywhere={() => narrow(EVERYWHERE)} />}
      {isAsked && !isPending && !error && groups.length === 0 && (
        <div className={styles.none}>
          {isPartial ? (
            <Notice icon={<SearchX />} heading={s.noneYet} detail={isNarrowed(question) ? s.noneNarrowedHint : s.noneHint}>
              {goOn}
              {everywhere}
            </Notice>
          ) : (
            <Notice
              icon={<SearchX />}
              heading={s.none(question.words)}
              detail={isNarrowed(question) ? s.noneNarrowedHint : s.noneHint}
            >
              {everywhere}
            </Notice>
          )}
        </div>
      )}
      {isAsked && !isPending && !error && groups.length > 0 && (
        <Groups
          groups={groups}
          number={number}
          onField={onField}
          onAll={(kind) => narrow({ kind })}
          mayLoad={list.hasNextPage && !list.isFetchingNextPage && !list.isFetchNextPageError && !isPartial}
          loadMore={() => void list.fetchNextPage()}
          foot={
            isPartial ? (
              <>
                <p>{s.partial}</p>
                {goOn}
              </>
            ) : list.isFetchNextPageError ? (
              <p role="alert">
                {list.error?.message}{' '}
                <Button kind="link" onClick={() => void list.fetchNextPage()}>
                  {t.retry}
                </Button>
              </p>
            ) : (
              <p>{list.hasNextPage ? s.more : s.end}</p>
            )
          }
        />
      )}
    </>
  );
}

interface FailureProps {
  error: Error;
  isOnline: boolean;
  onRetry: () => void;
  onEverywhere: () => void;
}

function Failure({ error, isOnline, onRetry, onEverywhere }: FailureProps) {
  if (!isOnline) return <Notice icon={<WifiOff />} heading={s.offline} detail={s.offlineHint} />;
  const status = error instanceof ApiProblem ? error.status : 0;
  if (status === 403) return <Notice heading={s.forbidden} detail={error.message} />;
  if (status === 404)
    return (
      <Notice heading={s.notYours} detail={s.notYoursHint}>
        <Button onClick={onEverywhere}>{s.anywhere}</Button>
      </Notice>
    );
  return <FailureNotice error={error} onRetry={onRetry} />;
}

// Which was opened last: who comes back finds it again.
const kept = { key: '' };

interface GroupsProps {
  groups: Group[];
  number: string | null;
  onField: () => void;
  onAll: (kind: 'people' | 'notes') => void;
  mayLoad: boolean;
  loadMore: () => void;
  foot: React.ReactNode;
}

function Groups({ groups, number, onField, onAll, mayLoad, loadMore, foot }: GroupsProps) {
  const place = usePlace();
  const [, navigate] = useLocation();
  const now = useNow();
  const lines = useLineNames();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [focusedKey, setFocusedKey] = useState<string | null>(null);
  const hits = groups.flatMap((group) => group.hits);
  const hrefOf = (hit: Hit) => foundHref(hit.found, number ?? hit.conversation.phone_number_id);
  const current = hits.find(({ found }) =>
    found.noteId !== undefined
      ? found.noteId === place.noteId
      : found.conversationId === place.conversationId && (found.messageId ?? null) === place.messageId && place.noteId === null,
  );
  const currentKey = current?.key ?? null;
  const lastKey = currentKey ?? kept.key;
  useEffect(() => {
    if (currentKey !== null) kept.key = currentKey;
  }, [currentKey]);

  const look = () => {
    const element = scroller.current;
    if (mayLoad && element && element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX) loadMore();
  };
  // Again with each page: the view may still be near the end.
  useEffect(look);
  // What is opened by a key, by a step back or by a link comes into view.
  useEffect(() => {
    scroller.current?.querySelector('[data-conversation]')?.scrollIntoView({ block: 'nearest' });
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [currentKey]);

  // Next and previous, also while one writes beside it.
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (isComposing(event)) return;
      const pressed = shortcutOf(event);
      const step = pressed === 'Alt+ArrowDown' ? 1 : pressed === 'Alt+ArrowUp' ? -1 : 0;
      if (step === 0 || isLayerOpen()) return;
      event.preventDefault();
      event.stopPropagation();
      const at = hits.findIndex((hit) => hit.key === lastKey);
      const next = hits[at === -1 ? 0 : at + step];
      if (next) navigate(hrefOf(next));
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  });

  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const rows = [...(scroller.current?.querySelectorAll<HTMLElement>('a[data-list-row]') ?? [])];
    const at = rows.findIndex((row) => row === event.target);
    if (at === -1) return;
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + PER_PAGE,
      PageUp: Math.max(0, at - PER_PAGE),
      Home: 0,
      End: rows.length - 1,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    if (next < 0) onField();
    else rows[Math.min(next, rows.length - 1)]?.focus();
  };
  const has = (key: string | null) => key !== null && hits.some((hit) => hit.key === key);
  const stop = has(focusedKey) ? focusedKey : has(lastKey) ? lastKey : (hits[0]?.key ?? null);
  return (
    // The rows are links; the keys move among them.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div ref={scroller} className={styles.scroller} onScroll={look} onKeyDown={onKeyDown}>
      {groups.map(({ kind, hits: found, isCut }) => (
        <section key={kind} aria-labelledby={`${id}-${kind}`}>
          <h2 id={`${id}-${kind}`} className={styles.heading}>
            {s.kinds[kind]}
          </h2>
          <ol>
            {found.map((hit) => (
              // It watches where the focus is: that is the link's, inside it.
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
              <li key={hit.key} className={styles.item} onFocus={() => setFocusedKey(hit.key)}>
                <RowBoundary of={hit} fallback={<span className={styles.broken}>{t.rowFailed}</span>}>
                  <Row
                    hit={hit}
                    href={hrefOf(hit)}
                    isCurrent={hit.key === currentKey}
                    isLast={hit.key === lastKey}
                    isTabStop={hit.key === stop}
                    line={lines.size > 1 ? lines.get(hit.conversation.phone_number_id) : undefined}
                    now={now}
                  />
                </RowBoundary>
              </li>
            ))}
          </ol>
          {isCut && kind !== 'messages' && (
            <Button kind="link" className={styles.all} onClick={() => onAll(kind)}>
              {s.allOf[kind]}
            </Button>
          )}
        </section>
      ))}
      <div className={styles.foot}>{foot}</div>
    </div>
  );
}

interface RowProps {
  hit: Hit;
  href: string;
  isCurrent: boolean;
  isLast: boolean;
  isTabStop: boolean;
  line: string | undefined;
  now: Date;
}

const Row = memo(function Row({ hit, href, isCurrent, isLast, isTabStop, line, now }: RowProps) {
  return (
    <Link
      href={href}
      className={styles.hit}
      tabIndex={isTabStop ? 0 : -1}
      data-list-row
      // Where the focus goes when the conversation is left.
      data-conversation={isLast ? hit.conversation.id : undefined}
      aria-current={isCurrent ? 'page' : undefined}
    >
      <FoundLine hit={hit} line={line} now={now} />
    </Link>
  );
});

function Skeleton() {
  return (
    <div className={styles.skeleton} aria-hidden>
      {Array.from({ length: 6 }, (_, index) => (
        <span key={index} className={styles.bone} />
      ))}
    </div>
  );
}
