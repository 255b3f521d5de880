import { expect, test, vi } from 'vitest';
import { Stillness } from './stillness';

test('what waits is told once, when the thread comes to rest', () => {
  const stillness = new Stillness();
  expect(stillness.isStill).toBe(true);
  stillness.move(true);
  const tell = vi.fn<() => void>();
  stillness.whenStill(tell);
  stillness.move(true);
  expect(tell).not.toHaveBeenCalled();
  stillness.move(false);
  stillness.move(true);
  stillness.move(false);
  expect(tell).toHaveBeenCalledOnce();
});

test('what begins to wait when it has come to rest already is told at once', () => {
  const tell = vi.fn<() => void>();
  new Stillness().whenStill(tell);
  expect(tell).toHaveBeenCalledOnce();
});

test('a row that has left is not told', () => {
  const stillness = new Stillness();
  stillness.move(true);
  const tell = vi.fn<() => void>();
  const forget = stillness.whenStill(tell);
  forget();
  stillness.move(false);
  expect(tell).not.toHaveBeenCalled();
});
