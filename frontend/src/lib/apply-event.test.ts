import { describe, expect, it } from 'vitest';
import { aConversation, aMessage } from '../testing/samples';
import { applyEvent, type LiveEvent, type LiveState } from './apply-event';
import { everything } from './list-filter';
import type { Conversation, Message } from './types';

const at = (minute: number) => `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000000Z`;

function page(messages: Message[], total = messages.length, first_unread_id: string | null = null) {
  return { messages, total, limit: 50, offset: 0, first_unread_id, last_unread_id: first_unread_id };
}

function stateWith(conversations: Conversation[], messages: Message[], more: { next?: string; unread?: boolean; search?: string } = {}): LiveState {
  return {
    lists: [
      {
        filter: { ...everything('ada', '100', more.search ?? ''), unread: more.unread ?? false },
        data: { pages: [{ conversations, next_cursor: more.next ?? null }], pageParams: [null] },
      },
    ],
    conversations: Object.fromEntries(conversations.map((item) => [item.id, item])),
    threads: { c1: { pages: [page(messages)], pageParams: [null] } },
  };
}

const listed = (state: LiveState) => state.lists[0]?.data.pages.flatMap((one) => one.conversations) ?? [];
const thread = (state: LiveState) => state.threads.c1?.pages.toReversed().flatMap((one) => one.messages) ?? [];
const created = (message: Message, conversation: Conversation | null = null): LiveEvent => ({
  type: 'message.created',
  message,
  conversation,
});
const updated = (message: Message): LiveEvent => ({ type: 'message.updated', message, conversation: null });
const ofConversation = (conversation: Conversation): LiveEvent => ({
  type: 'conversation.updated',
  message: null,
  conversation,
});

describe('a message that has come', () => {
  const old = aMessage({ id: 'm1', timestamp: at(1) });
  const fresh = aMessage({ id: 'm2', timestamp: at(2), text: 'And now?' });
  const before = stateWith([aConversation({ last_message: old, last_message_time: at(1) })], [old]);
  const conversation = aConversation({ last_message: fresh, last_message_time: at(2), unread_count: 1, my_unread_count: 1 });

  it('is what a fresh fetch would give', () => {
    const after = applyEvent(before, created(fresh, conversation));
    expect(after.threads.c1?.pages[0]).toEqual(page([old, fresh], 2, 'm2'));
    expect(listed(after)).toEqual([conversation]);
    expect(after.conversations.c1).toEqual(conversation);
  });

  it('changes nothing when it is told again', () => {
    const once = applyEvent(before, created(fresh, conversation));
    const twice = applyEvent(once, created(fresh, conversation));
    expect(twice.threads).toBe(once.threads);
    expect(twice.conversations).toBe(once.conversations);
    expect(twice.lists[0]?.data).toBe(once.lists[0]?.data);
  });

  it('goes to its place by time', () => {
    const state = stateWith([], [aMessage({ id: 'a', timestamp: at(1) }), aMessage({ id: 'c', timestamp: at(3) })]);
    const after = applyEvent(state, created(aMessage({ id: 'b', timestamp: at(2) })));
    expect(thread(after).map((message) => message.id)).toEqual(['a', 'b', 'c']);
  });

  it('is left to its page where it is older than what is loaded', () => {
    const state = stateWith([], []);
    state.threads.c1 = { pages: [page([aMessage({ id: 'b', timestamp: at(9) })], 80)], pageParams: [null] };
    expect(applyEvent(state, created(aMessage({ id: 'a', timestamp: at(1) }))).threads).toBe(state.threads);
  });

  it('takes the place of what the agent has just written', () => {
    const mine = aMessage({ id: 'm3', direction: 'outbound', status: 'queued', client_message_id: 'k', timestamp: at(3) });
    const sent = { ...mine, status: 'sent' as const, wamid: 'wamid.3' };
    const answerFirst = applyEvent(applyEvent(before, created(mine)), updated(sent));
    const eventFirst = applyEvent(applyEvent(before, created(sent)), created(mine));
    for (const after of [answerFirst, eventFirst])
      expect(thread(after).map((message) => [message.id, message.status])).toEqual([
        ['m1', 'received'],
        ['m3', 'sent'],
      ]);
  });
});

describe('a status', () => {
  const mine = aMessage({ id: 'm1', direction: 'outbound', status: 'sent' });
  const before = stateWith([aConversation({ last_message: mine })], [mine]);

  it('shows in the thread and in the list', () => {
    const after = applyEvent(before, updated({ ...mine, status: 'read' }));
    expect(thread(after)[0]?.status).toBe('read');
    expect(listed(after)[0]?.last_message?.status).toBe('read');
  });

  it('is never taken back, not by a stale conversation either', () => {
    const read = applyEvent(before, updated({ ...mine, status: 'read' }));
    const after = applyEvent(read, { ...updated({ ...mine, status: 'delivered' }), conversation: aConversation({ last_message: mine }) });
    expect(thread(after)[0]?.status).toBe('read');
    expect(listed(after)[0]?.last_message?.status).toBe('read');
  });

  it('of a message that is not loaded changes nothing', () => {
    expect(applyEvent(before, updated({ ...mine, id: 'far', client_message_id: null })).threads).toBe(before.threads);
  });
});

describe('the list', () => {
  const [first, second] = [
    aConversation({ id: 'c1', last_message_time: at(5) }),
    aConversation({ id: 'c2', last_message_time: at(4) }),
  ];

  it('moves a conversation to the top when something happens in it', () => {
    const after = applyEvent(stateWith([first, second], []), ofConversation({ ...second, last_message_time: at(6) }));
    expect(listed(after).map((item) => item.id)).toEqual(['c2', 'c1']);
  });

  it('ignores what is older than what it shows', () => {
    const state = stateWith([first, second], []);
    const after = applyEvent(state, ofConversation({ ...first, last_message_time: at(1), unread_count: 7 }));
    expect(after.lists[0]?.data).toBe(state.lists[0]?.data);
  });

  it('takes in a new conversation, but not one of another number', () => {
    const fresh = aConversation({ id: 'c3', last_message_time: at(7) });
    expect(listed(applyEvent(stateWith([first], []), ofConversation(fresh))).map((item) => item.id)).toEqual(['c3', 'c1']);
    const elsewhere = { ...fresh, phone_number_id: '200' };
    expect(listed(applyEvent(stateWith([first], []), ofConversation(elsewhere)))).toEqual([first]);
  });

  it('takes in none that has only been opened, though a draft of it is told', () => {
    const opened = aConversation({ id: 'c9', last_message: null, window_expires_at: null });
    expect(listed(applyEvent(stateWith([first], []), ofConversation(opened)))).toEqual([first]);
    const begun = { ...opened, window_expires_at: at(59) };
    expect(listed(applyEvent(stateWith([first], []), ofConversation(begun)))).toContainEqual(begun);
  });

  it('leaves what belongs behind its last page to paging', () => {
    const old = aConversation({ id: 'c9', last_message_time: at(1) });
    expect(listed(applyEvent(stateWith([first], [], { next: 'more' }), ofConversation(old)))).toEqual([first]);
    expect(listed(applyEvent(stateWith([first], []), ofConversation(old)))).toEqual([first, old]);
  });

  it('adds nothing to a search, and only unread ones to the unread', () => {
    const fresh = aConversation({ id: 'c3', last_message_time: at(7) });
    expect(listed(applyEvent(stateWith([first], [], { search: 'as' }), ofConversation(fresh)))).toEqual([first]);
    expect(listed(applyEvent(stateWith([first], [], { unread: true }), ofConversation(fresh)))).toEqual([first]);
    const unread = { ...fresh, my_unread_count: 2 };
    expect(listed(applyEvent(stateWith([first], [], { unread: true }), ofConversation(unread)))).toEqual([unread, first]);
  });

  it('forgets where reading was to begin once all is read', () => {
    const state = stateWith([{ ...first, unread_count: 1, my_unread_count: 1 }], []);
    state.threads.c1 = { pages: [page([aMessage()], 1, 'm1')], pageParams: [null] };
    const after = (mine: number, shared: number) => {
      const read = { ...first, my_unread_count: mine, unread_count: shared };
      const newest = applyEvent(state, ofConversation(read)).threads.c1?.pages[0];
      return [newest?.first_unread_id, newest?.last_unread_id];
    };
    expect(after(0, 0)).toEqual([null, null]);
    // A colleague has read it, the agent has not; and the other way round.
    expect(after(1, 0)).toEqual(['m1', 'm1']);
    expect(after(0, 1)).toEqual([null, 'm1']);
  });
});

it('knows what was stored last by the order of events, whatever its time', () => {
  const read = aMessage({ id: 'a', timestamp: at(5) });
  const late = aMessage({ id: 'b', timestamp: at(1) });
  const state = stateWith([aConversation({ unread_count: 0 })], [read]);
  const after = applyEvent(state, created(late));
  expect(thread(after).map((message) => message.id)).toEqual(['b', 'a']);
  expect(after.threads.c1?.pages[0]?.last_unread_id).toBe('b');
  const ours = aMessage({ id: 'c', direction: 'outbound', timestamp: at(6) });
  expect(applyEvent(after, created(ours)).threads.c1?.pages[0]?.last_unread_id).toBe('b');
});

describe('what the team changes', () => {
  const message = aMessage({ id: 'm1', timestamp: at(1) });
  const ben = { user_id: 'ben', name: 'Ben' };
  const known = aConversation({ last_message: message, last_message_time: at(1), version: 3, assignee: ben });
  const before = stateWith([known], [message]);

  it('is shown by the higher version, whatever the last activity', () => {
    const freed = { ...known, assignee: null, version: 4, last_message_time: at(0) };
    const after = applyEvent(before, ofConversation(freed));
    expect([after.conversations.c1?.assignee, listed(after)[0]?.assignee]).toEqual([null, null]);
  });

  it('is never taken back by a lower version, even with a newer message', () => {
    const late = { ...known, assignee: null, version: 2, last_message_time: at(5) };
    const after = applyEvent(before, ofConversation(late));
    expect([after.conversations.c1?.assignee, listed(after)[0]?.assignee]).toEqual([ben, ben]);
  });

  it('takes what is out of sight out of every list, and nothing else', () => {
    const other = aConversation({ id: 'c2', last_message_time: at(0), last_message: message });
    const state = stateWith([known, other], [message]);
    const removed: LiveEvent = { type: 'conversation.removed', message: null, conversation: null, data: { id: 'c1' } };
    const after = applyEvent(state, removed);
    expect(listed(after)).toEqual([other]);
    const again = applyEvent(after, removed);
    expect(again.lists[0]?.data).toBe(after.lists[0]?.data);
  });
});

describe('rows move between tabs', () => {
  const message = aMessage({ id: 'm1', timestamp: at(1) });
  const free = aConversation({ last_message: message, last_message_time: at(1) });
  const mine = { ...free, assignee: { user_id: 'ada', name: 'Ada' }, version: 1 };
  const others = { ...free, assignee: { user_id: 'ben', name: 'Ben' }, version: 2 };
  const list = (scope: 'mine' | 'unassigned' | 'all', conversations: Conversation[]) => ({
    filter: { ...everything('ada', '100'), status: 'open' as const, scope },
    data: { pages: [{ conversations, next_cursor: null }], pageParams: [null] },
  });
  const shown = (state: LiveState) => state.lists.map(({ data }) => data.pages.flatMap((one) => one.conversations.map((item) => item.version)));

  it('when somebody takes, hands over, resolves and opens', () => {
    const begin: LiveState = { lists: [list('mine', []), list('unassigned', [free]), list('all', [free])], conversations: {}, threads: {} };
    const taken = applyEvent(begin, ofConversation(mine));
    expect(shown(taken)).toEqual([[1], [], [1]]);
    const handed = applyEvent(taken, ofConversation(others));
    expect(shown(handed)).toEqual([[], [], [2]]);
    const resolved = applyEvent(handed, ofConversation({ ...others, status: 'resolved', version: 3 }));
    expect(shown(resolved)).toEqual([[], [], []]);
    const back = applyEvent(resolved, ofConversation({ ...free, version: 4 }));
    expect(shown(back)).toEqual([[], [4], [4]]);
  });
});

describe('what the agent has read themselves', () => {
  const message = aMessage({ id: 'm1', timestamp: at(1) });
  const known = aConversation({ last_message: message, last_message_time: at(1), counted_total: 7, read_total: 5, my_unread_count: 2, unread_count: 0 });
  const before = stateWith([known], [message]);
  const own = ({ my_unread_count, read_total }: Conversation) => [my_unread_count, read_total];

  it('is worked out where an event is shared by several people', () => {
    const shared = { ...known, last_message_time: at(2), counted_total: 9, read_total: null, my_unread_count: null };
    const after = applyEvent(before, ofConversation(shared));
    expect([after.conversations.c1, listed(after)[0]].map((one) => one && own(one))).toEqual([[4, 5], [4, 5]]);
  });

  it('follows their other devices, forwards and back', () => {
    const read = (read_total: number): LiveEvent => ({ type: 'read.updated', message: null, conversation: null, data: { conversation_id: 'c1', read_total } });
    expect(own(listed(applyEvent(before, read(7)))[0] ?? known)).toEqual([0, 7]);
    expect(own(listed(applyEvent(before, read(3)))[0] ?? known)).toEqual([4, 3]);
  });
});
