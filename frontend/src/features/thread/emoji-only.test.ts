import { expect, it } from 'vitest';
import { isEmojiOnly } from './emoji-only';

it.each(['👍', '❤️', '👨‍👩‍👧', '🇮🇳', '1️⃣', '👍🏽', ' 🙏 ', '🎉🎉', '👍 ❤️ 😂', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'])('%s is large', (text) => {
  expect(isEmojiOnly(text)).toBe(true);
});

it.each(['', ' ', '1', '12', '#', '©', 'ok 👍', '👍!', '👍👍👍👍', '*👍*', '🙂'.repeat(30_000), 'a\u0301'.repeat(30)])('“%s” is not', (text) => {
  expect(isEmojiOnly(text)).toBe(false);
});
