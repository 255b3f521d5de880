import { expect, it } from 'vitest';
import { isComposing } from './typing';

it('knows the keys of an input method, as each browser tells of them', () => {
  expect(isComposing({ isComposing: true, keyCode: 13 })).toBe(true);
  expect(isComposing({ isComposing: false, keyCode: 229 })).toBe(true);
  expect(isComposing({ nativeEvent: { isComposing: true }, keyCode: 13 })).toBe(true);
  expect(isComposing({ nativeEvent: { isComposing: false }, keyCode: 229 })).toBe(true);
  expect(isComposing({ nativeEvent: { isComposing: false }, keyCode: 13 })).toBe(false);
  expect(isComposing({ isComposing: false, keyCode: 27 })).toBe(false);
});
