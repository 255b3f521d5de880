import type { components } from '../../lib/api-types';
import type { Member, PhoneNumber, Rule, Team } from '../../lib/types';
import { numberName } from '../../lib/names';
import { r } from '../../words/rules-en';

export type RuleGiven = components['schemas']['RuleChoice'];
export type Load = components['schemas']['AssignmentLoad'];

export const MODES = ['manual', 'round_robin', 'least_busy'] as const;
export const REOPENS = ['same_if_available', 'team', 'unassigned'] as const;

/** What a rule is of: `key` is how the server calls it. */
export interface Target {
  key: string;
  kind: 'number' | 'team';
  id: string;
  name: string;
}

export const targetsOf = (numbers: readonly PhoneNumber[], teams: readonly Team[]): Target[] => [
  ...numbers.map((number): Target => ({
    key: `number:${number.phone_number_id}`,
    kind: 'number',
    id: number.phone_number_id,
    name: numberName(number),
  })),
  ...teams.map(({ id, name }): Target => ({ key: `team:${id}`, kind: 'team', id, name })),
];

/** What a rule will do, in sentences: who reads them need not know its fields. */
export function sentencesOf(rule: Rule, kind: Target['kind'], isSet: boolean): string[] {
  if (rule.mode === 'manual') return [kind === 'team' && !isSet ? r.asNumber : r.byHand];
  const given = r.goesTo(r.next[rule.mode], rule.need_presence, kind === 'team', rule.limit_per_agent);
  const late = rule.reply_minutes === null || rule.max_bounces === 0 ? [] : [r.bounces(rule.reply_minutes, rule.max_bounces)];
  return [given, ...late, r.comesBack[rule.reopen]];
}

export interface Share {
  member: Member;
  open: number;
  isFull: boolean;
}

/** Those to whom the rule would give now, who has most room first. */
export function whoTakes(rule: Rule, target: Target, members: readonly Member[], load: Load): Share[] {
  const open = new Map(load.members.map((one) => [one.user_id, one.open_count]));
  return members
    .filter((member) => open.has(member.user_id) && takesPart(member, target) && isThere(member, rule))
    .map((member) => ({ member, open: open.get(member.user_id) ?? 0 }))
    .map((one) => ({ ...one, isFull: one.open >= rule.limit_per_agent }))
    .toSorted((a, b) => a.open - b.open);
}

const isThere = (member: Member, rule: Rule): boolean =>
  rule.need_presence ? member.can_receive : member.state === 'active' && member.availability === 'available';

const takesPart = (member: Member, { kind, id }: Target): boolean =>
  kind === 'team' ? member.team_ids.includes(id) : member.phone_number_ids === null || member.phone_number_ids.includes(id);

/** How many wait there for somebody to have them. A team's wait with the team. */
export const waitingAt = ({ kind, id }: Target, load: Load): number =>
  load.waiting
    .filter((place) => (kind === 'team' ? place.team_id === id : place.team_id === null && place.phone_number_id === id))
    .reduce((sum, place) => sum + place.count, 0);

/** The rule, working: with one click, by what is set. */
export const turnedOn = (rule: Rule): RuleGiven => ({ ...rule, mode: 'round_robin' });
