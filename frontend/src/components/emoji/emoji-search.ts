import { EMOJI_URL } from './emoji-url';

/** An emoji of the data, with the fields that are used here. */
export interface Emoji {
  emoji: string;
  label: string;
  tags?: string[];
  version: number;
  group?: number;
}

/** A “:word” before the cursor, from its colon to its last letter. */
export interface EmojiWord {
  start: number;
  end: number;
  word: string;
}

// The version that older phones and Debian's font can draw.
export const EMOJI_VERSION = 15;
// Skin tones and hair, which are no emoji by themselves.
const COMPONENTS = 2;
const MOST = 8;

/**
 * The word has two letters at least, and only a space or a bracket may stand before its colon: “10:30” and “https://”
 * ask for no emoji.
 */
const WORD = /(?:^|[\s([{"'«“])(:([a-z+-][\w+-]+))$/i;

export function emojiWord(text: string, cursor: number): EmojiWord | null {
  const found = WORD.exec(text.slice(Math.max(0, cursor - 40), cursor));
  return found?.[1] && found[2] ? { start: cursor - found[1].length, end: cursor, word: found[2] } : null;
}

let loading: Promise<Emoji[]> | null = null;

/** All emoji in their usual order. They are loaded once; if that fails, the next word tries again. */
export function loadEmoji(): Promise<Emoji[]> {
  loading ??= fetch(`${EMOJI_URL}/en/data.json`)
    .then(async (response) => {
      if (!response.ok) throw new Error('There are no emoji.');
      const all = (await response.json()) as Emoji[];
      return all.filter(({ version, group }) => version <= EMOJI_VERSION && group !== undefined && group !== COMPONENTS);
    })
    .catch((error: unknown) => {
      loading = null;
      throw error;
    });
  return loading;
}

/** The best matches first: emoji with that name, then those whose name or tag begins so, the plainest first. */
export function findEmoji(all: readonly Emoji[], word: string): Emoji[] {
  const asked = word.toLowerCase().replaceAll(/[_-]+/g, ' ').trim() || word;
  return all
    .map((emoji, at) => ({ emoji, at, rank: rankOf(emoji, asked) }))
    .filter(({ rank }) => rank > 0)
    .toSorted((a, b) => b.rank - a.rank || a.emoji.label.length - b.emoji.label.length || a.at - b.at)
    .slice(0, MOST)
    .map(({ emoji }) => emoji);
}

function rankOf({ label, tags = [] }: Emoji, asked: string): number {
  if (label === asked) return 6;
  const isTag = tags.includes(asked);
  // “red heart” goes before “love letter”, which has the same tag; “thumbs up”, which has not, before “thumbs down”.
  if (label.startsWith(`${asked} `) || (isTag && ` ${label} `.includes(` ${asked} `))) return 5;
  if (isTag) return 4;
  if (label.startsWith(asked)) return 3;
  if (label.split(/[\s:-]+/).some((part) => part.startsWith(asked)) || label.includes(` ${asked}`)) return 2;
  return tags.some((tag) => tag.startsWith(asked)) ? 1 : 0;
}
