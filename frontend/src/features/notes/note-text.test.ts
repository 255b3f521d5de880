import { expect, it } from 'vitest';
import { partsOf, shownBody } from '../../lib/note-body';
import { encode, mentionAt } from './note-text';

const ben = { kind: 'user' as const, id: 'u-ben', name: 'Ben' };
const benedict = { kind: 'user' as const, id: 'u-benedict', name: 'Benedict Otto' };
const sales = { kind: 'team' as const, id: 't-sales', name: 'Sales' };
const mention = (user_id: string, name: string | null) => ({ user_id, team_id: null, name });

it('keeps ids in the place of names that were chosen', () => {
  expect(encode('Ask @Ben or @Benedict Otto of @Sales, not @Chika', [ben, benedict, sales])).toEqual({
    body: 'Ask @[u-ben] or @[u-benedict] of @[t-sales], not @Chika',
    mentions: [{ user_id: 'u-benedict' }, { team_id: 't-sales' }, { user_id: 'u-ben' }],
  });
});

it('takes no longer name for the one that was chosen', () => {
  expect(encode('@Benjamin and @Ben, @Bens', [ben])).toEqual({ body: '@Benjamin and @[u-ben], @Bens', mentions: [{ user_id: 'u-ben' }] });
  expect(encode('@Benjamin', [ben])).toEqual({ body: '@Benjamin', mentions: [] });
});

it('mentions nobody whose name was taken out again', () => {
  expect(encode('Nothing', [ben, ben])).toEqual({ body: 'Nothing', mentions: [] });
});

it('shows the names of today, and leaves alone what is no mention', () => {
  const mentions = [mention('u-ben', 'Benjamin')];
  expect(shownBody('Ask @[u-ben] about @[x] and a@[b.c', mentions)).toBe('Ask @Benjamin about @[x] and a@[b.c');
  expect(partsOf('Ask @[u-ben]', mentions)).toEqual([{ text: 'Ask ', isMention: false, from: 0 }, { text: '@Benjamin', isMention: true, from: 4 }]);
  expect(partsOf('', [])).toEqual([]);
  // Nobody is shown by an id.
  expect(shownBody('Ask @[u-ben]', [mention('u-ben', null)])).toBe('Ask @somebody');
});

it('knows when somebody is being mentioned', () => {
  expect(mentionAt('Hi @be', 6)).toEqual({ from: 3, typed: 'be' });
  expect(mentionAt('@', 1)).toEqual({ from: 0, typed: '' });
  expect(mentionAt('a@b', 3)).toBeNull();
  expect(mentionAt('@be\nno', 6)).toBeNull();
});
