import type { components } from '../../lib/api-types';
import { newId } from '../../lib/ids';
import type { MacroStep } from './team-model';

export type Attribute = components['schemas']['Attribute'];

/** A step while it is edited: it keeps its key wherever it is moved. */
export interface EditedStep {
  key: string;
  step: MacroStep;
}

export const ACTIONS = ['send', 'note', 'add_label', 'remove_label', 'set_attribute', 'assign', 'status', 'snooze'] as const;
export const UNTILS = ['evening', 'tomorrow', 'monday', 'reply'] as const;

/** What a step of this kind begins with. What must be chosen is chosen by nobody else. */
const BEGINNINGS: Record<MacroStep['action'], MacroStep> = {
  send: { action: 'send' },
  note: { action: 'note', body: '' },
  add_label: { action: 'add_label' },
  remove_label: { action: 'remove_label' },
  set_attribute: { action: 'set_attribute', value: null },
  assign: { action: 'assign', assignee_id: 'self' },
  status: { action: 'status', status: 'resolved' },
  snooze: { action: 'snooze', until: 'tomorrow' },
};

export const newStep = (step: MacroStep): EditedStep => ({ key: newId(), step });
export const beginning = (action: MacroStep['action']): MacroStep => BEGINNINGS[action];

/** The steps with one of them a place up or down. */
export function moved(steps: readonly EditedStep[], at: number, by: -1 | 1): EditedStep[] {
  const other = steps[at + by];
  const own = steps[at];
  if (!other || !own) return [...steps];
  return steps.with(at + by, own).with(at, other);
}

/** The server's sentences about one step, whatever field of it they are about. */
export function errorsOf(errors: Record<string, string[]>, at: number): string[] {
  return Object.entries(errors)
    .filter(([field]) => field.startsWith(`steps.${at}.`))
    .flatMap(([, sentences]) => sentences);
}

/** What was written for an attribute, as its type takes it; null: nothing was, so it is cleared. */
export function valueOf(type: Attribute['type'], written: string): unknown {
  if (written === '') return null;
  if (type === 'bool') return written === 'true';
  return type === 'number' ? Number(written) : written;
}

/** Whom a step assigns to, as a choice of the list: `self`, `nobody`, `member:…` or `team:…`. */
export function takerOf({ assignee_id: member, team_id: team }: MacroStep): string {
  if (member === 'self') return 'self';
  if (member) return `member:${member}`;
  return team ? `team:${team}` : 'nobody';
}

/** The step that gives it to them. A team gets it for whoever of them takes it. */
export function assignTo(taker: string): MacroStep {
  const [kind, id = null] = taker.split(':');
  if (kind === 'self') return { action: 'assign', assignee_id: 'self' };
  if (kind === 'member') return { action: 'assign', assignee_id: id };
  return { action: 'assign', assignee_id: null, team_id: kind === 'team' ? id : null };
}
