import { expect, it } from 'vitest';
import { ALL_NUMBERS } from '../../hooks/place';
import { everything, FIRST_CHOICE, type ListChoice } from '../../lib/list-filter';
import { aNumber } from '../../testing/fake-server';
import { filterOf, hasChoice, isAsSaved, type Known, readView, type SavedView } from './view-model';

const vans = { ...aNumber, phone_number_id: '200' };
const elsewhere = { ...aNumber, phone_number_id: '300', workspace_id: 'w2' };
const KNOWN: Known = { numbers: [aNumber, vans], labels: [{ id: 'l1' }], teams: [{ id: 't1' }] };

const view = (filter: Record<string, unknown>, sort: SavedView['sort'] = 'recent'): SavedView => ({
  id: 'v1',
  workspaceId: aNumber.workspace_id,
  name: 'Refunds',
  visibility: 'private',
  team_id: null,
  owner_user_id: 'u1',
  filter,
  sort,
  created_at: '2026-11-22T10:00:00.000000Z',
  updated_at: '2026-11-22T10:00:00.000000Z',
});

it('what the page keeps of a list it shows again', () => {
  const choices: Partial<ListChoice>[] = [
    {},
    { scope: 'mine', status: null, unread: true, waiting: true, closing: true, labels: ['l1'], sort: 'waiting' },
    { scope: 'team:t1', unreadByAll: true, answered: true, window: 'closed', search: 'asha', sort: 'closing' },
    { scope: 'watching', status: 'snoozed', window: 'open' },
  ];
  for (const part of choices)
    for (const phoneNumberId of ['200', null]) {
      const choice = { ...FIRST_CHOICE, ...part };
      const shown = { ...everything('u1', phoneNumberId), ...choice };
      const kept = view(JSON.parse(JSON.stringify(filterOf(shown, KNOWN.numbers))) as Record<string, unknown>, choice.sort);
      const reading = readView(kept, KNOWN);
      expect(reading).toEqual({ number: phoneNumberId ?? ALL_NUMBERS, choice, lost: [] });
      expect(isAsSaved(phoneNumberId, choice, reading)).toBe(true);
      expect(isAsSaved(phoneNumberId, { ...choice, labels: ['l2'] }, reading)).toBe(false);
    }
  expect(isAsSaved('100', FIRST_CHOICE, readView(view({ status: 'open', phone_number_id: '200' }), KNOWN))).toBe(false);
});

it('what the API has taken in another spelling means the same', () => {
  const { choice } = readView(view({ waiting: 'false', unread: 'true', scope: 'all' }), KNOWN);
  expect([choice.answered, choice.waiting, choice.unreadByAll, choice.status]).toEqual([true, false, true, null]);
  expect(readView(view({ unread: 'false' }), KNOWN).choice.unreadByAll).toBe(false);
});

it('what a view names and is gone is left out and said; the rest of it is used', () => {
  const given = view({ scope: 'team:gone', label: ['gone', 'l1'], phone_number_id: 'gone', waiting: true, mood: 'good' });
  const { choice, number, lost } = readView(given, KNOWN);
  expect(choice).toEqual({ ...FIRST_CHOICE, status: null, labels: ['l1'], waiting: true });
  expect(number).toBe(ALL_NUMBERS);
  expect(lost.toSorted()).toEqual(['label', 'number', 'other', 'team']);
  // What is not known yet is not gone.
  expect(readView(given, { ...KNOWN, labels: undefined, teams: undefined }).lost).toEqual(['other', 'number']);
});

it('a view is of its workspace, and of one number where there is no other', () => {
  expect(readView(view({}), { ...KNOWN, numbers: [aNumber, elsewhere] }).choice.workspaceId).toBe(aNumber.workspace_id);
  expect(readView(view({}), { ...KNOWN, numbers: [aNumber] }).number).toBeNull();
  expect(filterOf(everything('u1', '100'), [aNumber])).toEqual({});
  expect([hasChoice('?view=v1&number=100'), hasChoice('?view=v1&tab=mine')]).toEqual([false, true]);
});
