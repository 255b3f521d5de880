import { conditionsOf } from '../../hooks/conversations';
import { ALL_NUMBERS, HOME } from '../../hooks/place';
import { base } from '../../lib/base';
import { FIRST_CHOICE, isScope, isStatus, LIST_PARAMETERS, type ListChoice, type ListFilter, writeChoice } from '../../lib/list-filter';
import type { Label, PhoneNumber, Team, View } from '../../lib/types';

/** A view, and whose workspace's it is. */
export type SavedView = View & { workspaceId: string };

/** What a filter names is held against this; undefined: it is not known yet. */
export interface Known {
  numbers: readonly PhoneNumber[];
  labels: readonly Pick<Label, 'id'>[] | undefined;
  teams: readonly Pick<Team, 'id'>[] | undefined;
}

/** What a view names and is there no more, or out of the agent's sight; `other`: the page does not know it. */
export type Lost = 'label' | 'team' | 'number' | 'other';

export interface Reading {
  /** As the address says it; null: as it is. */
  number: string | null;
  choice: ListChoice;
  lost: Lost[];
}

const YES = new Set(['true', 't', 'on', 'y', 'yes', '1']);
const isYes = (value: unknown): boolean => YES.has(String(value).toLowerCase());
const isSaid = (value: unknown): boolean => value !== undefined && value !== null;
const READ = new Set(['phone_number_id', 'workspace_id', 'scope', 'status', 'label', 'waiting', 'unread', 'window', 'search']);

/**
 * What a view asks for, as the page asks for it. What it names and is gone is left out, and said: the rest of it can
 * still be used.
 */
export function readView({ filter, sort, workspaceId }: SavedView, { numbers, labels, teams }: Known): Reading {
  const lost = new Set<Lost>();
  const choice: ListChoice = { ...FIRST_CHOICE, status: null, sort };
  if (Object.keys(filter).some((name) => !READ.has(name))) lost.add('other');
  const { scope, status, label, waiting, unread, window, search } = filter;

  const team = typeof scope === 'string' && scope.startsWith('team:') ? scope.slice('team:'.length) : null;
  if (team !== null && teams?.every(({ id }) => id !== team)) lost.add('team');
  else if (isScope(scope)) choice.scope = scope;
  if (isStatus(status)) choice.status = status;

  const named = Array.isArray(label) ? label.map(String) : [];
  choice.labels = labels === undefined ? named : named.filter((id) => labels.some((known) => known.id === id));
  if (choice.labels.length < named.length) lost.add('label');

  if (isSaid(waiting)) choice[isYes(waiting) ? 'waiting' : 'answered'] = true;
  if (unread === 'mine') choice.unread = true;
  else if (isSaid(unread)) choice.unreadByAll = isYes(unread);
  if (window === 'closing') choice.closing = true;
  else if (window === 'open' || window === 'closed') choice.window = window;
  if (typeof search === 'string') choice.search = search;

  const wanted = typeof filter.phone_number_id === 'string' ? filter.phone_number_id : null;
  const isThere = numbers.some(({ phone_number_id: id }) => id === wanted);
  if (wanted !== null && !isThere) lost.add('number');
  // Who sees one number alone has no list of all of them.
  const number = isThere ? wanted : numbers.length > 1 ? ALL_NUMBERS : null;
  const isMixed = number === ALL_NUMBERS && numbers.some((one) => one.workspace_id !== workspaceId);
  if (isMixed) choice.workspaceId = workspaceId;
  return { number, choice, lost: [...lost] };
}

/** The list as it is shown, as a view keeps it. */
export function filterOf(shown: ListFilter, numbers: readonly PhoneNumber[]): Record<string, unknown> {
  const { workspace_id: _, phone_number_id: number, ...conditions } = conditionsOf(shown);
  return { ...conditions, ...(number !== undefined && numbers.length > 1 && { phone_number_id: number }) };
}

/** Whether the list shows what a view asks for. */
export function isAsSaved(phoneNumberId: string | null, shown: ListChoice, { number, choice }: Reading): boolean {
  return (number === null || number === (phoneNumberId ?? ALL_NUMBERS)) && asText(shown) === asText(choice);
}

/** What is asked for, whatever view it came by. */
export const asText = (choice: ListChoice): string => JSON.stringify(writeChoice({ ...choice, view: null }).toSorted());

/** Whether an address says anything of the list, but for the view. */
export const hasChoice = (search: string): boolean => LIST_PARAMETERS.some((name) => name !== 'view' && new URLSearchParams(search).has(name));

/** Where a colleague finds the view, if they are offered it. */
export const addressOf = (viewId: string): string => `${location.origin}${base}${HOME}?view=${encodeURIComponent(viewId)}`;
