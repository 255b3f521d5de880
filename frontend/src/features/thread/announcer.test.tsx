// @vitest-environment jsdom
import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Message } from '../../lib/types';
import { aMessage } from '../../testing/samples';
import Announcer from './announcer';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const at = (minute: number, given: Partial<Message> = {}) =>
  aMessage({ id: `m${minute}`, text: `At ${minute}`, timestamp: `2026-11-22T10:${minute}:00.000000Z`, ...given });
const announcer = (opened: Message[], messages: Message[], hasOlder = true, isPast = false) => (
  <Announcer opened={{ messages: opened, hasOlder }} messages={messages} isPast={isPast} name="Asha" headingId="h" hasOlder={hasOlder} />
);
const told = () => {
  act(() => void vi.advanceTimersByTime(2000));
  return screen.getByRole('log').textContent;
};

it('tells of what comes, and of no history', () => {
  const history = [at(20), at(21)];
  const { rerender } = render(announcer(history, history));
  expect(told()).toBe('');
  rerender(announcer(history, [at(10), ...history]));
  expect(told()).toBe('');
  rerender(announcer(history, [at(10), ...history, at(30)]));
  expect(told()).toBe('Asha: At 30');
});

it('tells of what came before it was there itself, after the thread was opened', () => {
  const history = [at(20), at(21)];
  render(announcer(history, [at(10), ...history, at(30)]));
  expect(told()).toBe('Asha: At 30');
});

it('tells of no page that comes behind a window into the past', () => {
  const window = [at(20), at(21)];
  const { rerender } = render(announcer(window, window, true, true));
  rerender(announcer(window, [...window, at(30)], true, true));
  expect(told()).toBe('');
});

it('tells of a message that failed meanwhile', () => {
  const error = { code: 131000, title: 'A title', detail: 'A reason.', retryable: true };
  render(announcer([at(20, { direction: 'outbound' })], [at(20, { direction: 'outbound', status: 'failed', error })]));
  expect(told()).toBe('A reason.');
});
