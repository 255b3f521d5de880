import { type LiveEvent, removedId } from './apply-event';
import type { Member, Notification, PhoneNumber } from './types';

/**
 * What the agent is told of, after an event; undefined: it is not loaded. The same event again changes nothing, and
 * what is done stays done, in whatever order events and answers come. A cause that comes back is told once more, at a
 * later time.
 */
export function applyToNotifications(known: Notification[] | undefined, event: LiveEvent): Notification[] | undefined {
  const removed = removedId(event);
  if (removed !== null && known?.some((one) => one.conversation_id === removed))
    return known.filter((one) => one.conversation_id !== removed);
  const told = event.data?.notification as Notification | undefined;
  return told && known && putNotification(known, told);
}

/** The newest stands first. */
export function putNotification(known: Notification[], told: Notification): Notification[] {
  const before = known.find((one) => one.id === told.id);
  const isOver = before && before.done_at !== null && told.done_at === null && told.at <= before.at;
  if (isOver || (before && JSON.stringify(before) === JSON.stringify(told))) return known;
  const rank = (one: Notification) => `${one.at} ${one.id}`;
  return [told, ...known.filter((one) => one !== before)].toSorted((a, b) => (rank(a) < rank(b) ? 1 : -1));
}

/** Members of a workspace with what an event says of their being there; undefined: they are not loaded. */
export function applyToMembers(known: Member[] | undefined, { data }: LiveEvent): Member[] | undefined {
  const told = new Map((data?.members as Member[] | undefined)?.map((one) => [one.user_id, one]));
  return known?.map((one) => ({ ...one, ...told.get(one.user_id) }));
}

/** The agent's numbers with what an event says is unread on them; undefined: they are not loaded. */
export function applyToNumbers(known: PhoneNumber[] | undefined, { data }: LiveEvent): PhoneNumber[] | undefined {
  const told = new Map(numbersTold(data)?.map((one) => [one.phone_number_id, one.unread_count]));
  const isNews = known?.some((one) => (told.get(one.phone_number_id) ?? one.unread_count) !== one.unread_count);
  if (!isNews) return known;
  return known?.map((one) => ({ ...one, unread_count: told.get(one.phone_number_id) ?? one.unread_count }));
}

/** Of which numbers an event says how much is unread; undefined: a server of before says nothing of it. */
export const numbersTold = (data: LiveEvent['data']) =>
  data?.numbers as Pick<PhoneNumber, 'phone_number_id' | 'unread_count'>[] | undefined;
