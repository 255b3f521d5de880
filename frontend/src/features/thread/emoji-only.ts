// The longest emoji, a family of seven, has 25 units. A text longer than three of those is not examined.
const LONGEST = 80;
const MOST = 3;
const EMOJI = /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|[0-9#*]\uFE0F?\u20E3|\p{Regional_Indicator}{2})/u;

/** Whether a text is one to three emoji and nothing else. Such a text is shown large, as on a phone. */
export function isEmojiOnly(text: string): boolean {
  if (text.length > LONGEST) return false;
  const trimmed = text.trim();
  if (trimmed === '' || !EMOJI.test(trimmed)) return false;
  const parts = [...new Intl.Segmenter().segment(trimmed)].map(({ segment }) => segment).filter((part) => part.trim() !== '');
  return parts.length <= MOST && parts.every((part) => EMOJI.test(part));
}
