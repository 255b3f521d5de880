import { expect, it } from 'vitest';
import { allListed, allMatching, type Choosing, extended, isChosen, toggled } from './selection';

const listed = ['a', 'b', 'c', 'd', 'e'];
const chosen = (now: Choosing) => listed.filter((id) => isChosen(now, id)).join('');

it('one more and one less', () => {
  const two = toggled(toggled(null, 'b', listed), 'd', listed);
  expect(chosen(two)).toBe('bd');
  expect(chosen(toggled(two, 'b', listed))).toBe('d');
  expect(chosen(null)).toBe('');
});

it('a range goes from the one that was chosen last, either way, and keeps what is chosen', () => {
  const now = toggled(toggled(null, 'a', listed), 'd', listed);
  expect(chosen(extended(now, 'b', listed))).toBe('abcd');
  const further = extended(extended(now, 'b', listed), 'e', listed);
  expect(chosen(further)).toBe('abcde');
  expect(chosen(extended(null, 'c', listed))).toBe('c');
});

it('a range begins anew where the one that was chosen last has left the list', () => {
  expect(chosen(extended(toggled(null, 'gone', listed), 'c', listed))).toBe('c');
});

it('what is taken out of all that match leaves those that are loaded', () => {
  const all = allMatching(listed);
  expect(isChosen(all, 'not loaded')).toBe(true);
  expect(extended(all, 'b', listed)).toBe(all);
  const less = toggled(all, 'c', listed);
  expect([chosen(less), less.isAll, isChosen(less, 'not loaded')]).toEqual(['abde', false, false]);
  expect(isChosen(allListed(listed), 'not loaded')).toBe(false);
});
