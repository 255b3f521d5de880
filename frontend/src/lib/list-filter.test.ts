import { describe, expect, it } from 'vitest';
import { aConversation, aMessage } from '../testing/samples';
import { belongs, everything, FIRST_CHOICE, isBefore, type ListChoice, type ListFilter, readChoice, writeChoice } from './list-filter';
import type { Conversation } from './types';

const now = new Date('2026-11-22T12:00:00Z');
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toISOString();
const ada = { user_id: 'ada', name: 'Ada' };
const ben = { user_id: 'ben', name: 'Ben' };
const vip = { id: 'l1', name: 'VIP', colour: '#b91c1c' };
const known = (given: Partial<Conversation> = {}) => aConversation({ last_message: aMessage(), ...given });

describe('a conversation belongs', () => {
  const cases: [string, Partial<ListFilter>, Partial<Conversation>, boolean][] = [
    ['to the list of its number', {}, {}, true],
    ['to no other number’s', {}, { phone_number_id: '200' }, false],
    ['to the list of all numbers', { phoneNumberId: null }, { phone_number_id: '200' }, true],
    ['to mine while it is mine', { scope: 'mine' }, { assignee: ada }, true],
    ['not to mine once it is Ben’s', { scope: 'mine' }, { assignee: ben }, false],
    ['not to mine while it is nobody’s', { scope: 'mine' }, {}, false],
    ['to unassigned while it is nobody’s, also of a team', { scope: 'unassigned' }, { team: { id: 't', name: 'T' } }, true],
    ['not to unassigned once somebody has it', { scope: 'unassigned' }, { assignee: ben }, false],
    ['to all, whosever it is', {}, { assignee: ben }, true],
    ['to what is open', { status: 'open' }, {}, true],
    ['not to what is open once it is resolved', { status: 'open' }, { status: 'resolved' }, false],
    ['to any status', { status: null }, { status: 'snoozed' }, true],
    ['to unread by what the agent has not read', { unread: true }, { unread_count: 0, my_unread_count: 2 }, true],
    ['not to unread where only others have not read it', { unread: true }, { unread_count: 2, my_unread_count: 0 }, false],
    ['to waiting while an answer is owed', { waiting: true }, { waiting_since: later(-5) }, true],
    ['not to waiting once it was answered', { waiting: true }, { waiting_since: null }, false],
    ['to closing in the last two hours', { closing: true }, { window_expires_at: later(119) }, true],
    ['not to closing before them', { closing: true }, { window_expires_at: later(121) }, false],
    ['not to closing once it is closed', { closing: true }, { window_expires_at: later(-1) }, false],
    ['to its team’s', { scope: 'team:t' }, { team: { id: 't', name: 'T' } }, true],
    ['to no other team’s', { scope: 'team:u' }, { team: { id: 't', name: 'T' } }, false],
    ['not to a team’s while it has none', { scope: 'team:t' }, {}, false],
    ['to no other workspace’s', { workspaceId: 'w2' }, {}, false],
    ['to what nobody has read', { unreadByAll: true }, { unread_count: 1, my_unread_count: 0 }, true],
    ['not to it once somebody has', { unreadByAll: true }, { unread_count: 0, my_unread_count: 1 }, false],
    ['not to what is answered while it waits', { answered: true }, { waiting_since: later(-5) }, false],
    ['to what is closed once its window is', { window: 'closed' }, { window_expires_at: later(-1) }, true],
    ['not to what is open once it is closed', { window: 'open' }, { window_expires_at: later(-1) }, false],
    ['to a label that it wears', { labels: ['l1'] }, { labels: [vip] }, true],
    ['not to two labels where it wears one', { labels: ['l1', 'l2'] }, { labels: [vip] }, false],
    ['nowhere before there is anything to show', {}, { last_message: null, window_expires_at: null }, false],
  ];
  it.each(cases)('%s', (_, filter, given, expected) => {
    expect(belongs({ ...everything('ada', '100'), ...filter }, known(given), now)).toBe(expected);
  });
});

describe('the order', () => {
  const order = (sort: ListFilter['sort'], all: Conversation[]) =>
    all.toSorted((a, b) => (isBefore(sort, a, b, now) ? -1 : 1)).map((one) => one.id);
  const all = [
    known({ id: 'new', last_message_time: later(-1), waiting_since: null, window_expires_at: later(600) }),
    known({ id: 'patient', last_message_time: later(-9), waiting_since: later(-90), window_expires_at: later(30) }),
    known({ id: 'short', last_message_time: later(-5), waiting_since: later(-5), window_expires_at: later(-3) }),
    known({ id: 'old', last_message_time: later(-99), waiting_since: null, window_expires_at: null }),
  ];

  it('is the latest first', () => expect(order('recent', all)).toEqual(['new', 'short', 'patient', 'old']));
  it('is who has waited longest first, and behind them who waits for nothing', () =>
    expect(order('waiting', all)).toEqual(['patient', 'short', 'new', 'old']));
  it('is whose window closes next first, and behind them whose is closed', () =>
    expect(order('closing', all)).toEqual(['patient', 'new', 'short', 'old']));
});

describe('the address', () => {
  it('says nothing of how a visit begins', () => {
    expect(writeChoice(FIRST_CHOICE)).toEqual([]);
    expect(readChoice(new URLSearchParams())).toEqual(FIRST_CHOICE);
  });

  it('brings back what it says', () => {
    const choice: ListChoice = {
      ...FIRST_CHOICE, scope: 'mine', status: null, unread: true, waiting: true, closing: true, labels: ['l1', 'l2'], sort: 'waiting',
    };
    expect(readChoice(new URLSearchParams(writeChoice(choice)))).toEqual(choice);
    const other: ListChoice = {
      ...FIRST_CHOICE, scope: 'team:t1', workspaceId: 'w1', unreadByAll: true, answered: true, window: 'closed', search: 'Asha & co', sort: 'closing',
    };
    expect(readChoice(new URLSearchParams(writeChoice(other)))).toEqual(other);
  });

  it('is not trusted', () => {
    expect(readChoice(new URLSearchParams('tab=x&status=x&unread=x&sort=x'))).toEqual(FIRST_CHOICE);
  });
});
