import { expect, it } from 'vitest';
import { aConversation } from '../testing/samples';
import { CountsWatch } from './counts-watch';
import type { Conversation } from './types';

function aWatch() {
  let isAsking = false;
  const watch = new CountsWatch('u1', () => isAsking);
  const happens = (conversation: Conversation) =>
    watch.tell({ type: 'conversation.updated', message: null, conversation }, () => undefined);
  const asks = () => {
    isAsking = true;
    watch.ask();
  };
  const answers = (isThere = true) => {
    isAsking = false;
    watch.answer(isThere);
  };
  return { watch, happens, asks, answers };
}

const open = aConversation({ id: 'c1', status: 'open', assignee: null });
const resolved = { ...open, status: 'resolved' } as Conversation;

it('what changes while the numbers are asked for may or may not be in the answer', () => {
  const { watch, happens, asks, answers } = aWatch();
  happens(open);
  expect(watch.hasChanged).toBe(true);
  asks();
  expect(watch.hasChanged).toBe(false);
  happens(resolved);
  answers();
  // Back as it was: but the answer may be of the moment between.
  happens(open);
  expect(watch.hasChanged).toBe(true);
});

it('where no answer came the numbers are still to be asked for', () => {
  const { watch, happens, asks, answers } = aWatch();
  happens(open);
  asks();
  answers(false);
  expect(watch.hasChanged).toBe(true);
  asks();
  answers();
  happens(open);
  expect(watch.hasChanged).toBe(false);
});

it('after a gap nothing is known, and of their own it must be known what the agent has read', () => {
  const { watch, happens, asks, answers } = aWatch();
  happens(open);
  asks();
  answers();
  watch.forget();
  happens(open);
  expect(watch.hasChanged).toBe(true);
  const mine = { ...open, id: 'c2', assignee: { user_id: 'u1', name: 'Ada' }, my_unread_count: null } as Conversation;
  for (let n = 0; n < 2; n++) {
    asks();
    answers();
    happens(mine);
    expect(watch.hasChanged).toBe(true);
  }
});
