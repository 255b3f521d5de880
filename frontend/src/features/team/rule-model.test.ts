import { expect, it } from 'vitest';
import type { Rule } from '../../lib/types';
import { aMember } from '../../testing/samples';
import { type Load, sentencesOf, type Target, targetsOf, turnedOn, waitingAt, whoTakes } from './rule-model';

const RULE: Rule = {
  mode: 'round_robin',
  limit_per_agent: 5,
  need_presence: true,
  reopen: 'same_if_available',
  reply_minutes: null,
  max_bounces: 3,
};
const number: Target = { key: 'number:100', kind: 'number', id: '100', name: 'Bakery' };
const sales: Target = { key: 'team:t1', kind: 'team', id: 't1', name: 'Sales' };

it('a rule says what it will do', () => {
  expect(sentencesOf(RULE, 'number', true)[0]).toBe(
    'A new conversation goes at once to the agent whose turn it is, of those who are here and available, up to 5 each.',
  );
  const [given, late, back] = sentencesOf({ ...RULE, mode: 'least_busy', need_presence: false, reply_minutes: 1, reopen: 'unassigned' }, 'team', true);
  expect(given).toBe('A new conversation goes at once to the member of the team who has the fewest open ones, of those who are available, up to 5 each.');
  expect(late).toBe('If they do not answer within 1 minute, it goes to somebody else, at most 3 times.');
  expect(back).toMatch(/as nobody’s\.$/);
  // A timer that gives a conversation to nobody else does nothing.
  expect(sentencesOf({ ...RULE, reply_minutes: 5, max_bounces: 0 }, 'number', true)).toHaveLength(2);
  // What is set of a rule that does not work is not said.
  expect(sentencesOf({ ...RULE, mode: 'manual' }, 'team', true)).toEqual(['By hand: nobody is given a conversation by itself.']);
  expect(sentencesOf({ ...RULE, mode: 'manual' }, 'team', false)[0]).toMatch(/^No rule of its own/);
});

it('those take part who may answer there and are there, who has most room first', () => {
  const load: Load = {
    rules_set: [],
    members: ['ada', 'ben', 'chika', 'off'].map((user_id, at) => ({ user_id, open_count: [5, 2, 3, 0][at] ?? 0 })),
    waiting: [
      { phone_number_id: '100', team_id: null, count: 3 },
      { phone_number_id: '100', team_id: 't1', count: 2 },
      { phone_number_id: '200', team_id: 't1', count: 1 },
    ],
  };
  const members = [
    aMember({ user_id: 'ada', team_ids: ['t1'] }),
    aMember({ user_id: 'ben', phone_number_ids: ['200'] }),
    aMember({ user_id: 'chika', phone_number_ids: ['100'] }),
    aMember({ user_id: 'off', team_ids: ['t1'], can_receive: false }),
    // A viewer: the server does not count them.
    aMember({ user_id: 'dora' }),
  ];
  const names = (target: Target, rule = RULE) => whoTakes(rule, target, members, load).map((one) => `${one.member.user_id}${one.isFull ? ' full' : ''}`);
  expect(names(number)).toEqual(['chika', 'ada full']);
  expect(names(sales)).toEqual(['ada full']);
  expect(names(sales, { ...RULE, need_presence: false, limit_per_agent: 6 })).toEqual(['off', 'ada']);
  expect([waitingAt(number, load), waitingAt(sales, load)]).toEqual([3, 3]);
});

it('one click turns a rule on as it is set', () => {
  expect(turnedOn({ ...RULE, mode: 'manual', limit_per_agent: 7 })).toEqual({ ...RULE, limit_per_agent: 7 });
  expect(targetsOf([], [{ id: 't1', name: 'Sales', member_ids: [] }])).toEqual([sales]);
});
