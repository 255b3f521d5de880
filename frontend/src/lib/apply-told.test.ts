import { describe, expect, it } from 'vitest';
import { aMember, aNotification } from '../testing/samples';
import type { LiveEvent } from './apply-event';
import { applyToMembers, applyToNotifications } from './apply-told';
import type { Notification } from './types';

const told = (type: LiveEvent['type'], data: Record<string, unknown>): LiveEvent => ({ type, message: null, conversation: null, data });
const created = (notification: Notification) => told('notification.created', { notification });
const done = (notification: Notification) =>
  told('notification.done', { notification: { ...notification, done_at: '2026-11-22T11:00:00.000000Z' } });

describe('what the agent is told of', () => {
  const old = aNotification({ id: 'n1', at: '2026-11-22T10:01:00.000000Z' });
  const fresh = aNotification({ id: 'n2', at: '2026-11-22T10:02:00.000000Z', conversation_id: 'c2' });

  it('is listed with the newest first, once each, in whatever order it comes', () => {
    const once = applyToNotifications([old], created(fresh));
    expect(once?.map((one) => one.id)).toEqual(['n2', 'n1']);
    expect(applyToNotifications([fresh], created(old))).toEqual(once);
    expect(applyToNotifications(once, created(fresh))).toBe(once);
  });

  it('stays done, also where it is told late that it was made', () => {
    const after = applyToNotifications([old], done(old));
    expect(after?.[0]?.done_at).not.toBeNull();
    expect(applyToNotifications(after, created(old))).toBe(after);
  });

  it('is to be done again where its cause came back', () => {
    const after = applyToNotifications([fresh, old], done(old));
    const again = { ...old, count: 2, at: '2026-11-22T11:30:00.000000Z' };
    expect(applyToNotifications(after, created(again))).toEqual([again, fresh]);
  });

  it('is forgotten with a conversation that goes out of sight', () => {
    expect(applyToNotifications([fresh, old], told('conversation.removed', { id: 'c2' }))).toEqual([old]);
  });

  it('is waited for where it is not loaded yet', () => {
    expect(applyToNotifications(undefined, created(old))).toBeUndefined();
  });
});

it('members are shown with what an event says of them, and keep the rest', () => {
  const [ines, ben] = [aMember({ user_id: 'u1', name: 'Ines' }), aMember()];
  const event = told('presence.updated', { workspace_id: 'w1', members: [{ user_id: 'ben', availability: 'off', can_receive: false }] });
  expect(applyToMembers([ines, ben], event)).toEqual([ines, { ...ben, availability: 'off', can_receive: false }]);
});
