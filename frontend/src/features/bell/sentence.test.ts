import { expect, it } from 'vitest';
import { aNotification } from '../../testing/samples';
import type { Notification } from '../../lib/types';
import { causeOf, sentenceOf, timeAgo, toDo } from './sentence';

it('each kind has its sentence, with the name as soon as it is known', () => {
  expect(sentenceOf(aNotification(), 'Asha')).toBe('You were mentioned in the conversation with Asha');
  expect(sentenceOf(aNotification({ kind: 'assigned' }), 'Asha')).toBe('The conversation with Asha was assigned to you');
  expect(sentenceOf(aNotification({ kind: 'woken' }), null)).toBe('The conversation with a customer is back');
  expect(sentenceOf(aNotification({ kind: 'window_closing' }), null)).toBe('a customer waits, and WhatsApp’s window closes soon');
  expect(sentenceOf(aNotification({ kind: 'reminder' }), 'Asha')).toBe('You wanted to be reminded of the conversation with Asha');
  expect(sentenceOf({ kind: 'unsent' }, 'Asha')).toBe('A message to Asha could not be sent');
  expect(sentenceOf({ kind: 'of tomorrow' as Notification['kind'] }, 'Asha')).toBe('Something waits in the conversation with Asha');
});

it('a colleague is named as soon as the thread has said who it was, and a rule is said to be one', () => {
  const author = { user_id: 'ben', name: 'Ben' };
  const note = { id: 'x', at: '2026-11-22T10:00:00.000000Z', kind: 'note', note: { author } } as Parameters<typeof causeOf>[0];
  const change = (actor: object, cause: string) => ({ id: 'x', kind: 'change', change: { actor, cause } }) as unknown as typeof note;
  const assigned = aNotification({ kind: 'assigned' });
  expect(sentenceOf(aNotification(), 'Asha', causeOf(note))).toBe('Ben mentioned you in the conversation with Asha');
  expect(sentenceOf(assigned, null, causeOf(change({ kind: 'member', name: 'Chika' }, 'action')))).toBe('Chika assigned the conversation with a customer to you');
  expect(sentenceOf(assigned, 'Asha', causeOf(change({ kind: 'system', name: null }, 'assigner')))).toBe('The assignment rule gave you the conversation with Asha');
  expect(sentenceOf(assigned, 'Asha', causeOf(change({ kind: 'system', name: null }, 'removal')))).toBe('The conversation with Asha was assigned to you');
  expect(sentenceOf(aNotification(), 'Asha', causeOf(undefined))).toMatch(/^You were mentioned/);
});

it('a time is told by how long ago it was, and never as one to come', () => {
  const now = new Date('2026-11-22T10:00:00Z');
  const told = (at: string) => timeAgo(at, now);
  expect(told('2026-11-22T09:59:30.000000Z')).toBe('now');
  expect(told('2026-11-22T10:00:20.000000Z')).toBe('now');
  expect(told('2026-11-22T09:55:00.000000Z')).toBe('5 minutes ago');
  expect(told('2026-11-22T07:00:00.000000Z')).toBe('3 hours ago');
  expect(told('2026-11-21T09:00:00.000000Z')).toBe('yesterday');
});

it('what is done is not to do', () => {
  const open = aNotification({ id: 'n2' });
  expect(toDo([aNotification({ done_at: '2026-11-22T10:00:00.000000Z' }), open])).toEqual([open]);
});
