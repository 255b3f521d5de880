import { expect, it } from 'vitest';
import { assignTo, errorsOf, moved, newStep, takerOf, valueOf } from './macro-steps';

it('moves a step one place, and none out of the list', () => {
  const [a, b, c] = [newStep({ action: 'send' }), newStep({ action: 'note' }), newStep({ action: 'status' })];
  const steps = [a, b, c];
  expect(moved(steps, 1, -1)).toEqual([b, a, c]);
  expect(moved(steps, 1, 1)).toEqual([a, c, b]);
  expect(moved(steps, 0, -1)).toEqual(steps);
  expect(moved(steps, 2, 1)).toEqual(steps);
});

it('gives to whoever was chosen, and knows them again', () => {
  for (const taker of ['self', 'nobody', 'member:u1', 'team:t1']) expect(takerOf(assignTo(taker))).toBe(taker);
});

it('writes what an attribute becomes as its type takes it, and nothing as cleared', () => {
  const written = [valueOf('text', '7'), valueOf('number', '7'), valueOf('bool', 'false'), valueOf('list', '')];
  expect(written).toEqual(['7', 7, false, null]);
});

it('says of each step what the server said of it', () => {
  const errors = { 'steps.1.label_id': ['There is no such label.'], 'steps.10.body': ['Too long.'], name: ['Taken.'] };
  expect(errorsOf(errors, 1)).toEqual(['There is no such label.']);
});
