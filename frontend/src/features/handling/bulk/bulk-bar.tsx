import { useQueryClient } from '@tanstack/react-query';
import { AlarmClock, Check, MailOpen, RotateCcw, Tag, UserRound, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from '../../../components/button';
import { useServices } from '../../../hooks/services';
import { keys } from '../../../lib/keys';
import type { ListFilter } from '../../../lib/list-filter';
import type { Conversation, Job, PhoneNumber } from '../../../lib/types';
import { isComposing } from '../../../lib/typing';
import { b } from '../../../words/bulk-en';
import { t } from '../../../words/en';
import { h } from '../../../words/handling-en';
import { SnoozeDialog } from '../snooze-dialog';
import { Amiss } from './amiss';
import { BulkAssign } from './bulk-assign';
import { BulkLabels } from './bulk-labels';
import styles from './bulk.module.css';
import { type BulkAct, outcomeOf, useBulk } from './endpoints';

export interface BulkBarProps {
  filter: ListFilter;
  /** Those that are chosen and loaded. */
  chosen: readonly Conversation[];
  /** Also what is not loaded, as far as the filter leaves it. */
  isAll: boolean;
  /** How many could be chosen of what is loaded. */
  listed: number;
  hasMore: boolean;
  hrefOf: (conversationId: string) => string;
  onChooseListed: () => void;
  onChooseMatching: () => void;
  onChooseNone: () => void;
  /** All of them are done: who has chosen nothing since is through. */
  onOver: () => void;
  onClose: () => void;
}

type Layer = 'assign' | 'labels' | 'snooze';

/** What can be done to all that is chosen, how far it is, and what came of it. */
export default function BulkBar(props: BulkBarProps) {
  const { chosen, isAll, filter, hrefOf, onChooseNone, onOver, onClose } = props;
  const [run, setRun] = useState<{ job: Job; action: BulkAct['action'] } | null>(null);
  const [layer, setLayer] = useState<Layer | null>(null);
  const action = useRef<BulkAct['action']>('read');
  const bulk = useBulk((job) => {
    const isOver = job.state === 'done' && job.done === job.total;
    setRun(isOver ? null : { job, action: action.current });
    if (isOver) onOver();
  });
  const isEmpty = chosen.length === 0 && !isAll;
  const act = (wanted: BulkAct) => {
    setLayer(null);
    action.current = wanted.action;
    bulk.mutate(
      { act: wanted, about: isAll ? { filter } : { ids: chosen.map((one) => one.id) } },
      { onSuccess: onChooseNone },
    );
  };
  const bar = useRef<HTMLElement>(null);
  const close = () => {
    // The rows are where one goes on.
    if (bar.current?.contains(document.activeElement)) document.querySelector<HTMLElement>('[data-list-row][tabindex="0"]')?.focus();
    onClose();
  };
  const job = run?.job;
  const isDone = job?.state === 'done';
  const amiss = job ? job.skipped + job.failed : 0;

  return (
    // Esc ends it from inside, as it does from the list.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={bar}
      className={styles.bar}
      aria-label={b.heading}
      data-bulk-bar={isDone ? 'amiss' : ''}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || isComposing(event) || layer !== null) return;
        event.stopPropagation();
        event.nativeEvent.stopPropagation();
        close();
      }}
    >
      {run && job ? (
        <Outcome {...run} amiss={isDone ? amiss : 0} hrefOf={hrefOf} onClose={isDone ? () => setRun(null) : close} />
      ) : (
        <Choice {...props} isEmpty={isEmpty} isBusy={bulk.isPending} onOpen={setLayer} onAct={act} onClose={close} />
      )}
      {layer !== null && <Layers {...props} layer={layer} onAct={act} onClose={() => setLayer(null)} />}
    </section>
  );
}

interface ChoiceProps extends BulkBarProps {
  isEmpty: boolean;
  isBusy: boolean;
  onOpen: (layer: Layer) => void;
  onAct: (act: BulkAct) => void;
}

function Choice({ filter, chosen, isAll, listed, hasMore, isEmpty, isBusy, ...on }: ChoiceProps) {
  const box = useRef<HTMLInputElement>(null);
  const isWhole = isAll || (listed > 0 && chosen.length === listed);
  useEffect(() => {
    if (box.current) box.current.indeterminate = !isEmpty && !isWhole;
  }, [isEmpty, isWhole]);
  const { status } = filter;
  const workspace = useOneWorkspace(filter, chosen, isAll);
  const tool = (label: string, icon: ReactNode, onClick: () => void, isOff = false) => (
    <Button kind="icon" aria-label={label} title={isOff ? b.oneWorkspace : label} disabled={isEmpty || isBusy || isOff} onClick={onClick}>
      {icon}
    </Button>
  );
  return (
    <>
      <div className={styles.line}>
        <label className={styles.whole}>
          <input ref={box} type="checkbox" aria-label={b.chooseListed} checked={isWhole} onChange={isWhole ? on.onChooseNone : on.onChooseListed} />
        </label>
        <p role="status" className={styles.count}>
          {isAll ? b.allChosen : b.chosen(chosen.length)}
        </p>
        {hasMore && isWhole && !isAll && (
          <Button kind="link" onClick={on.onChooseMatching}>
            {b.chooseMatching}
          </Button>
        )}
        <Button kind="icon" className={styles.close} aria-label={b.end} title={b.end} onClick={on.onClose}>
          <X size={18} />
        </Button>
      </div>
      <div className={styles.tools} role="group" aria-label={b.actions}>
        {tool(h.assign, <UserRound size={19} />, () => on.onOpen('assign'), workspace === null)}
        {tool(h.labels, <Tag size={19} />, () => on.onOpen('labels'), workspace === null)}
        {(status === 'open' || status === null) && tool(h.snooze, <AlarmClock size={19} />, () => on.onOpen('snooze'))}
        {status !== 'resolved' && tool(h.resolve, <Check size={19} />, () => on.onAct({ action: 'resolve' }))}
        {status !== 'open' && tool(h.reopen, <RotateCcw size={19} />, () => on.onAct({ action: 'reopen' }))}
        {tool(b.markRead, <MailOpen size={19} />, () => on.onAct({ action: 'read' }))}
      </div>
    </>
  );
}

interface OutcomeProps {
  job: Job;
  action: BulkAct['action'];
  amiss: number;
  hrefOf: (conversationId: string) => string;
  onClose: () => void;
}

/** How far it is; once it is through, what was left as it was. */
function Outcome({ job, action, amiss, hrefOf, onClose }: OutcomeProps) {
  const through = job.done + job.skipped + job.failed;
  return (
    <>
      <div className={styles.line}>
        <p role="status" className={styles.count}>
          {amiss > 0 ? outcomeOf(job, action) : b.working(job.total)}
        </p>
        <Button kind="icon" className={styles.close} aria-label={amiss > 0 ? t.close : b.hide} title={amiss > 0 ? t.close : b.hide} onClick={onClose}>
          <X size={18} />
        </Button>
      </div>
      {amiss > 0 ? (
        <Amiss jobId={job.id} count={amiss} hrefOf={hrefOf} />
      ) : (
        <div className={styles.progress}>
          <progress max={job.total} value={through} aria-label={b.progress} />
          <span>{b.reached(through, job.total)}</span>
        </div>
      )}
    </>
  );
}

function Layers({ layer, filter, chosen, isAll, onAct, onClose }: BulkBarProps & Pick<ChoiceProps, 'onAct'> & { layer: Layer }) {
  const { userId } = useServices();
  const workspaceId = useOneWorkspace(filter, chosen, isAll);
  if (layer === 'snooze') {
    const put = (until: Date | null) =>
      onAct({
        action: 'snooze',
        ...(until === null ? { snooze_kind: 'reply' as const } : { snooze_kind: 'time_or_reply' as const, snoozed_until: until.toISOString() }),
      });
    return <SnoozeDialog windowEnds={null} onSnooze={put} onClose={onClose} />;
  }
  if (workspaceId === null) return null;
  const others = chosen.filter((one) => one.assignee !== null && one.assignee.user_id !== userId).length;
  const numbers = [...new Set(chosen.map((one) => one.phone_number_id))];
  return layer === 'assign' ? (
    <BulkAssign workspaceId={workspaceId} numbers={numbers} others={others} onAct={onAct} onClose={onClose} />
  ) : (
    <BulkLabels workspaceId={workspaceId} known={chosen} isAll={isAll} onAct={onAct} onClose={onClose} />
  );
}

/** The workspace that all of them belong to: it has the people and the labels. Null: there are several. */
function useOneWorkspace(filter: ListFilter, chosen: readonly Conversation[], isAll: boolean): string | null {
  const numbers = useQueryClient().getQueryData<PhoneNumber[]>(keys.phoneNumbers()) ?? [];
  const all = isAll && filter.phoneNumberId === null ? numbers : chosen;
  const found = new Set(all.map((one) => one.workspace_id));
  return found.size === 1 ? ([...found][0] ?? null) : null;
}
