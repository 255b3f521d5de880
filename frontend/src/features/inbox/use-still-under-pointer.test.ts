import { expect, it } from 'vitest';
import { aConversation } from '../../testing/samples';
import { inOrder } from './use-still-under-pointer';

const list = (...ids: string[]) => ids.map((id) => aConversation({ id }));
const ids = (conversations: { id: string }[]) => conversations.map((item) => item.id);

it('keeps the order, with what the rows say now', () => {
  const now = [aConversation({ id: 'c', unread_count: 2 }), ...list('a', 'b')];
  const shown = inOrder(now, ['a', 'b', 'c']);
  expect(ids(shown)).toEqual(['a', 'b', 'c']);
  expect(shown[2]?.unread_count).toBe(2);
});

it('holds back what is new above, and takes what is loaded below', () => {
  expect(ids(inOrder(list('new', 'b', 'a', 'd', 'e'), ['a', 'b']))).toEqual(['a', 'b', 'd', 'e']);
});

it('leaves out what is gone', () => {
  expect(ids(inOrder(list('b'), ['a', 'b']))).toEqual(['b']);
});
