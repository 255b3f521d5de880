// @vitest-environment jsdom
import { beforeEach, expect, it } from 'vitest';
import { saveAnchor, savedAnchor } from './anchors';

beforeEach(() => sessionStorage.clear());

it('is kept for its conversation until the thread is at its end again', () => {
  saveAnchor('c1', { messageId: 'm1', offsetPx: -12.5 });
  expect(savedAnchor('c1')).toEqual({ messageId: 'm1', offsetPx: -12.5 });
  expect(savedAnchor('c2')).toBeNull();
  saveAnchor('c1', null);
  expect(savedAnchor('c1')).toBeNull();
});

it.each(['not json', '5', '{"messageId": 1, "offsetPx": 2}'])('reads %j with care', (text) => {
  sessionStorage.setItem('livechat.anchor.c1', text);
  expect(savedAnchor('c1')).toBeNull();
});
