import { useId } from 'react';
import { Button } from '../../components/button';
import { Dialog } from '../../components/dialog';
import { DialogBar } from '../../components/dialog-bar';
import { LabelDot } from '../../components/label-chip';
import { useLabelsOf } from './use-labels-of';
import { useTeamsOf } from './use-teams-of';
import { FIRST_CHOICE, type ListChoice, narrowings, type Scope, type Sort, type Status } from '../../lib/list-filter';
import { i } from '../../words/inbox-en';
import { t } from '../../words/en';
import styles from './filter-dialog.module.css';
import type { InboxFilter } from './use-inbox-filter';

const STATUSES: readonly (Status | null)[] = ['open', 'snoozed', 'resolved', null];
const SORTS: readonly Sort[] = ['recent', 'waiting', 'closing'];

/** What else narrows the list, and its order. Each choice shows at once what it does. */
export default function FilterDialog({ filter, onClose }: { filter: InboxFilter; onClose: () => void }) {
  const { choice, choose } = filter;
  const id = useId();
  const labels = useLabelsOf(filter.asked.phoneNumberId);
  const teams = useTeamsOf(filter.asked.phoneNumberId);
  const scopes: [Scope, string][] = [
    ...(['all', 'mine', 'unassigned'] as const).map((scope): [Scope, string] => [scope, t.inbox.scopes[scope]]),
    ['watching', i.watching],
    ...teams.map(({ id: team, name }): [Scope, string] => [`team:${team}`, i.ofTeam(name)]),
  ];
  const toggle = (label: string, isOn: boolean) =>
    choose({ labels: isOn ? [...choice.labels, label] : choice.labels.filter((one) => one !== label) });
  return (
    <Dialog label={i.heading} onClose={onClose}>
      <DialogBar heading={i.heading} onClose={onClose} />
      <fieldset className={styles.group}>
        <legend>{i.status}</legend>
        {STATUSES.map((status) => (
          <label key={status} className={styles.choice}>
            <input type="radio" name={`${id}-status`} checked={choice.status === status} onChange={() => choose({ status })} />
            {i.statuses[status ?? 'any']}
          </label>
        ))}
      </fieldset>
      <fieldset className={styles.group}>
        <legend>{i.whose}</legend>
        {scopes.map(([scope, name]) => (
          <label key={scope} className={styles.choice}>
            <input type="radio" name={`${id}-scope`} checked={choice.scope === scope} onChange={() => choose({ scope })} />
            <bdi>{name}</bdi>
          </label>
        ))}
      </fieldset>
      <fieldset className={styles.group}>
        <legend>{i.only}</legend>
        {(['unread', 'unreadByAll', 'waiting', 'answered', 'closing'] as const).map((name) => (
          <label key={name} className={styles.choice}>
            <input type="checkbox" checked={choice[name]} onChange={(event) => choose({ ...without(name), [name]: event.target.checked })} />
            {i.onlyOf[name]}
          </label>
        ))}
        {(['open', 'closed'] as const).map((window) => (
          <label key={window} className={styles.choice}>
            <input
              type="checkbox"
              checked={choice.window === window}
              onChange={(event) => choose({ closing: false, window: event.target.checked ? window : null })}
            />
            {i.window[window]}
          </label>
        ))}
        {choice.search !== '' && (
          <label className={styles.choice}>
            <input type="checkbox" checked onChange={() => choose({ search: '' })} />
            {i.named(choice.search)}
          </label>
        )}
      </fieldset>
      <fieldset className={styles.group}>
        <legend>{i.labels}</legend>
        {labels.isPending && <p role="status">{t.loading}</p>}
        {labels.isError && (
          <p role="alert">
            {labels.error?.message}{' '}
            <Button kind="link" onClick={labels.retry}>
              {t.retry}
            </Button>
          </p>
        )}
        {!labels.isPending && !labels.isError && labels.all.length === 0 && <p className={styles.hint}>{i.noLabels}</p>}
        <div className={styles.labels}>
          {labels.all.map((label) => (
            <label key={label.id} className={styles.choice}>
              <input
                type="checkbox"
                checked={choice.labels.includes(label.id)}
                onChange={(event) => toggle(label.id, event.target.checked)}
              />
              <LabelDot colour={label.colour} />
              <bdi>{label.name}</bdi>
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset className={styles.group}>
        <legend>{i.sort}</legend>
        {SORTS.map((sort) => (
          <label key={sort} className={styles.choice}>
            <input type="radio" name={`${id}-sort`} checked={choice.sort === sort} onChange={() => choose({ sort })} />
            {i.sorts[sort]}
          </label>
        ))}
      </fieldset>
      <div className={styles.foot}>
        <Button
          disabled={narrowings(choice) === 0 && choice.sort === 'recent'}
          onClick={() => choose({ ...FIRST_CHOICE, scope: choice.scope })}
        >
          {i.clear}
        </Button>
        <Button kind="primary" onClick={onClose}>
          {i.done}
        </Button>
      </div>
    </Dialog>
  );
}

/** What cannot hold beside it. */
function without(name: 'unread' | 'unreadByAll' | 'waiting' | 'answered' | 'closing'): Partial<ListChoice> {
  if (name === 'unread') return { unreadByAll: false };
  if (name === 'unreadByAll') return { unread: false };
  if (name === 'closing') return { window: null };
  return { waiting: false, answered: false };
}
