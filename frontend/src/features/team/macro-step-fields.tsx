import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { TextArea } from '../../components/text-area';
import { useAttributes } from '../../hooks/attributes';
import { useCanned } from '../../hooks/canned';
import { useLabels, useMembers, useTeams } from '../../hooks/workspace';
import type { Macro } from '../../lib/types';
import { x } from '../../words/macros-en';
import { p } from '../../words/team-en';
import { ACTIONS, assignTo, type Attribute, beginning, takerOf, UNTILS, valueOf } from './macro-steps';
import styles from './macros.module.css';
import team from './team.module.css';
import { heirsOf, type MacroStep, memberName } from './team-model';

interface Props {
  /** Its place, from 1, of so many. */
  number: number;
  count: number;
  step: MacroStep;
  /** Whose the macro is: everybody who may run it must have what it sends. */
  scope: Macro['scope'];
  teamId: string | null;
  workspaceId: string;
  errors: string[];
  onChange: (step: MacroStep) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

/** One step: what it does, with what, and where it stands. */
export function MacroStepFields({ number, count, step, errors, onChange, onMove, onRemove, ...about }: Props) {
  return (
    <li className={styles.step} aria-label={x.step(number)}>
      <div className={styles.bar}>
        <select
          className={team.select}
          aria-label={x.what(number)}
          value={step.action}
          onChange={(event) => onChange(beginning(event.target.value as MacroStep['action']))}
        >
          {ACTIONS.map((action) => (
            <option key={action} value={action}>
              {x.actions[action]}
            </option>
          ))}
        </select>
        <span className={styles.places}>
          <Button kind="icon" aria-label={x.up(number)} title={x.up(number)} disabled={number === 1} onClick={() => onMove(-1)}>
            <ArrowUp size={18} />
          </Button>
          <Button kind="icon" aria-label={x.down(number)} title={x.down(number)} disabled={number === count} onClick={() => onMove(1)}>
            <ArrowDown size={18} />
          </Button>
          <Button kind="icon" aria-label={x.remove(number)} title={x.remove(number)} onClick={onRemove}>
            <X size={18} />
          </Button>
        </span>
      </div>
      <What step={step} onChange={onChange} {...about} />
      {errors.length > 0 && (
        <p role="alert" className={team.failure}>
          {errors.join(' ')}
        </p>
      )}
    </li>
  );
}

type WhatProps = Pick<Props, 'step' | 'scope' | 'teamId' | 'workspaceId' | 'onChange'>;

function What({ step, scope, teamId, workspaceId, onChange }: WhatProps) {
  const labels = useLabels(workspaceId).data ?? [];
  const members = useMembers(workspaceId).data ?? [];
  const teams = useTeams(workspaceId).data ?? [];
  const canned = useCanned(workspaceId).data ?? [];
  const attributes = useAttributes(workspaceId).data ?? [];
  switch (step.action) {
    case 'status':
      return (
        <Choice
          label={x.actions.status}
          value={step.status ?? ''}
          options={(['open', 'resolved'] as const).map((status) => [status, x.statuses[status]])}
          onChoose={(status) => onChange({ ...step, status: status as 'open' | 'resolved' })}
        />
      );
    case 'snooze':
      return (
        <>
          <Choice
            label={x.until}
            value={step.until ?? 'minutes'}
            options={[...UNTILS, 'minutes' as const].map((until) => [until, x.untils[until]])}
            onChoose={(until) =>
              onChange(until === 'minutes' ? { action: 'snooze', minutes: 60 } : { action: 'snooze', until: until as (typeof UNTILS)[number] })
            }
          />
          {step.minutes !== undefined && (
            <Field
              label={x.minutes}
              type="number"
              min={1}
              max={527_040}
              required
              value={step.minutes}
              onChange={(event) => onChange({ ...step, minutes: Number(event.target.value) })}
            />
          )}
        </>
      );
    case 'assign':
      return (
        <Choice
          label={x.whom}
          value={takerOf(step)}
          options={[
            ['self', x.self],
            ['nobody', x.nobody],
            ...teams.map(({ id, name }) => [`team:${id}`, p.cannedTeam(name)] as const),
            ...heirsOf(members, '').map((member) => [`member:${member.user_id}`, memberName(member)] as const),
          ]}
          onChoose={(taker) => onChange(assignTo(taker))}
        />
      );
    case 'add_label':
    case 'remove_label':
      return (
        <Choice
          label={x.label}
          value={step.label_id ?? ''}
          options={labels.map(({ id, name }) => [id, name])}
          onChoose={(labelId) => onChange({ ...step, label_id: labelId })}
        />
      );
    case 'set_attribute': {
      const chosen = attributes.find(({ key }) => key === step.key);
      return (
        <>
          <Choice
            label={x.attribute}
            value={step.key ?? ''}
            options={attributes.map(({ key, name }) => [key, name])}
            onChoose={(key) => onChange({ action: 'set_attribute', key, value: null })}
          />
          {chosen && <Value attribute={chosen} value={step.value} onChange={(value) => onChange({ ...step, value })} />}
          {attributes.length === 0 && <p className={team.hint}>{x.noAttributes}</p>}
        </>
      );
    }
    case 'note':
      return (
        <TextArea
          label={x.noteBody}
          dir="auto"
          rows={3}
          maxLength={4096}
          required
          value={step.body ?? ''}
          onChange={(event) => onChange({ ...step, body: event.target.value })}
        />
      );
    case 'send': {
      const offered = canned.filter(
        (one) => one.scope === 'workspace' || scope === 'personal' || (scope === 'team' && one.scope === 'team' && one.team_id === teamId),
      );
      return (
        <>
          <Choice
            label={x.reply}
            value={step.canned_id ?? ''}
            options={offered.map(({ id, title, shortcut }) => [id, `${title} (/${shortcut})`])}
            onChoose={(cannedId) => onChange({ ...step, canned_id: cannedId })}
          />
          {offered.length === 0 && <p className={team.hint}>{x.noReplies}</p>}
        </>
      );
    }
  }
}

const FIELDS: Record<Attribute['type'], object> = {
  text: { maxLength: 500 },
  number: { type: 'number', step: 'any' },
  date: { type: 'date' },
  link: { type: 'url', dir: 'ltr', maxLength: 2048, placeholder: 'https://' },
  list: {},
  bool: {},
};

interface ValueProps {
  attribute: Attribute;
  value: unknown;
  onChange: (value: unknown) => void;
}

/** What the attribute becomes, by its type. */
function Value({ attribute: { type, options }, value, onChange }: ValueProps) {
  const written = value === null || value === undefined ? '' : String(value as string | number | boolean);
  const write = (text: string) => onChange(valueOf(type, text));
  if (type !== 'list' && type !== 'bool')
    return (
      <Field label={x.value} hint={x.valueHint} dir="auto" {...FIELDS[type]} value={written} onChange={(event) => write(event.target.value)} />
    );
  const all = type === 'bool' ? [['true', x.yes] as const, ['false', x.no] as const] : (options ?? []).map((one) => [one, one] as const);
  return (
    <label className={team.choice}>
      {x.value}
      <select className={team.select} value={written} onChange={(event) => write(event.target.value)}>
        <option value="">{x.cleared}</option>
        {written !== '' && !all.some(([key]) => key === written) && <option value={written}>{x.gone}</option>}
        {all.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChoose: (value: string) => void;
}

/** What was chosen and is there no more stays in sight, and is said so. */
function Choice({ label, value, options, onChoose }: ChoiceProps) {
  const isGone = value !== '' && !options.some(([key]) => key === value);
  return (
    <label className={team.choice}>
      {label}
      <select className={team.select} required value={value} onChange={(event) => onChoose(event.target.value)}>
        {value === '' && (
          <option value="" disabled>
            {x.choose}
          </option>
        )}
        {isGone && <option value={value}>{x.gone}</option>}
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
