import { describe, expect, it } from 'vitest';
import type { Change, Note } from '../../lib/types';
import { aMessage } from '../../testing/samples';
import { changeText } from './change-words';
import { type MarginData, type MarginEntry, putMargin, within } from './margin';
import { threadRows } from './thread-rows';

const at = (minute: number) => `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000000Z`;
const aNote = (given: Partial<Note> = {}): Note => ({
  id: 'n1', conversation_id: 'c1', author: { user_id: 'ben', name: 'Ben' }, body: 'Paid twice', mentions: [],
  created_at: at(5), edited_at: null, deleted_at: null, version: 1, ...given,
});
const aChange = (given: Partial<Change> = {}): Change => ({
  id: 'x1', operation_id: 'o1', conversation_id: 'c1', at: at(5), actor: { kind: 'member', id: 'ben', name: 'Ben' },
  field: 'assignee', from: null, to: { user_id: 'ben', name: 'Ben' }, cause: 'user', ...given,
});
const note = (given: Partial<Note> = {}): MarginEntry => ({ kind: 'note', id: given.id ?? 'n1', at: given.created_at ?? at(5), note: aNote(given) });
const change = (given: Partial<Change> = {}): MarginEntry => ({ kind: 'change', id: given.id ?? 'x1', at: given.at ?? at(5), change: aChange(given) });
const data = (entries: MarginEntry[], hasBefore = false, hasAfter = false): MarginData => {
  const last = entries.at(-1);
  return { pages: [{ entries, first: null, last: last ? { id: last.id, at: last.at } : null, hasBefore, hasAfter }], pageParams: [{}] };
};
const ids = (known: MarginData) => known.pages.flatMap((page) => page.entries.map((entry) => entry.id));

describe('the margin', () => {
  it('takes what comes in its place, once', () => {
    const known = data([change({ id: 'a', at: at(1) }), note({ id: 'c', created_at: at(9) })]);
    const more = putMargin(known, change({ id: 'b', at: at(5) }));
    expect(ids(more)).toEqual(['a', 'b', 'c']);
    expect(putMargin(more, change({ id: 'b', at: at(5) }))).toBe(more);
  });

  it('shows a note as it is now, and takes nothing back for an older word', () => {
    const edited = putMargin(data([note()]), note({ body: 'Paid once', version: 2 }));
    expect(edited.pages[0]?.entries[0]).toMatchObject({ note: { body: 'Paid once' } });
    expect(putMargin(edited, note())).toBe(edited);
  });

  it('leaves what is older than all that are loaded to its page', () => {
    const known = data([note({ created_at: at(5) })], true);
    expect(putMargin(known, change({ id: 'old', at: at(1) }))).toBe(known);
  });

  it('leaves what comes at the end to its page, where the thread is open further back', () => {
    const known = data([change({ id: 'a', at: at(1) }), note({ id: 'c', created_at: at(5) })], true, true);
    expect(putMargin(known, change({ id: 'new', at: at(9) }))).toBe(known);
    expect(ids(putMargin(known, change({ id: 'b', at: at(3) })))).toEqual(['a', 'b', 'c']);
  });

  it('shows no more than the messages reach', () => {
    const all = [change({ id: 'a', at: at(1) }), change({ id: 'b', at: at(5) }), change({ id: 'c', at: at(9) })];
    expect(within(all, at(2), at(8)).map((entry) => entry.id)).toEqual(['b']);
    expect(within(all, null, null)).toHaveLength(3);
  });
});

it('stands between the messages by its time, and what one act changed stands as one', () => {
  const messages = [aMessage({ id: 'm1', timestamp: at(1) }), aMessage({ id: 'm2', timestamp: at(8) })];
  const margin = [change({ id: 'x1' }), change({ id: 'x2', field: 'team' }), note(), change({ id: 'x3', operation_id: 'o2', at: at(9) })];
  const rows = threadRows(messages, [], null, new Set(), false, margin);
  expect(rows.map((row) => [row.kind, row.key])).toEqual([
    ['day', 'day-m1'], ['message', 'm1'], ['changes', 'x1'], ['note', 'n1'], ['message', 'm2'], ['changes', 'x3'],
  ]);
  expect(rows[2]).toMatchObject({ changes: [{ id: 'x1' }, { id: 'x2' }] });
});

describe('what a change says', () => {
  const ada = { user_id: 'ada', name: 'Ada' };
  const vip = { id: 'l1', name: 'VIP', colour: '#b91c1c' };
  const snooze = { snoozed_until: null, snooze_kind: 'reply' };
  const cases: [string, Partial<Change>[]][] = [
    ['Ben took this conversation', [{}]],
    ['Ben assigned this to you', [{ to: ada }]],
    ['Ben took this from you', [{ from: ada, to: null }]],
    ['You added the label VIP', [{ actor: { kind: 'member', id: 'ada', name: 'Ada' }, field: 'label', to: vip }]],
    ['Ben set Plan to Gold and cleared VIP', [
      { field: 'person', from: null, to: { attribute: { key: 'plan', name: 'Plan' }, value: 'Gold' } },
      { field: 'person', from: null, to: { attribute: { key: 'vip', name: 'VIP' }, value: null } },
    ]],
    ['Ben resolved this', [{ field: 'status', from: 'open', to: 'resolved' }]],
    ['Ben snoozed this until a reply', [{ field: 'status', to: 'snoozed' }, { field: 'snooze', to: snooze }]],
    ['A new message opened this', [{ field: 'status', to: 'open', cause: 'inbound', actor: { kind: 'system', id: null, name: null } }]],
    ['The assignment rule assigned this to you', [{ to: ada, cause: 'assigner', actor: { kind: 'system', id: null, name: null } }]],
    ['There was no reply in time: the assignment rule took this from you', [
      { from: ada, to: null, cause: 'assigner', actor: { kind: 'system', id: null, name: null } },
    ]],
    ['Ben assigned this to Chika and handed this to the team Sales', [
      { to: { user_id: 'chika', name: 'Chika' } }, { field: 'team', to: { id: 't', name: 'Sales' } },
    ]],
  ];
  it.each(cases)('%s', (said, changes) => {
    expect(changeText(changes.map((given) => aChange(given)), 'ada')).toBe(said);
  });

  it('is nothing where no sentence is known', () => {
    expect(changeText([aChange({ field: 'priority' })], 'ada')).toBeNull();
  });
});
