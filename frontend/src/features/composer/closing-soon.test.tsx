// @vitest-environment jsdom
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import ClosingSoon from './closing-soon';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it('the window’s last minutes are counted, beside the way that stays open; then it is gone', () => {
  vi.useFakeTimers({ now: new Date('2026-11-22T12:00:00Z') });
  render(<ClosingSoon expiresAt="2026-11-22T12:08:30.000000Z" action={<button type="button">Template</button>} />);
  expect(screen.getByText('WhatsApp’s window closes in 8 min. After that only a template can be sent.')).toBeVisible();
  act(() => void vi.advanceTimersByTime(60_000));
  expect(screen.getByText(/closes in 7 min/)).toBeVisible();
  expect(screen.getByRole('button')).toBeVisible();
  act(() => void vi.advanceTimersByTime(8 * 60_000));
  expect(screen.queryByRole('button')).toBeNull();
});
