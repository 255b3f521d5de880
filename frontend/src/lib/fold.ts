import { cut } from './shorten';

// WhatsApp's own limit of a text is 4,096 characters; bodies of other kinds, and what other programs send, may be longer.
const LONG = 4096;
const LONG_LINES = 80;
const KEPT = 3000;
const KEPT_LINES = 50;

/** The beginning of a text that is too long to stand whole in a list; null if the text is not too long. */
export function folded(text: string): string | null {
  const lines = placeOfBreak(text, LONG_LINES);
  if (text.length <= LONG && lines === -1) return null;
  const byLines = lines === -1 ? -1 : placeOfBreak(text, KEPT_LINES);
  const end = byLines === -1 ? KEPT : Math.min(byLines, KEPT);
  const kept = cut(text, end);
  // The text is cut at a blank, if one is near.
  const blank = end === byLines ? -1 : Math.max(kept.lastIndexOf(' '), kept.lastIndexOf('\n'));
  return (blank > kept.length - 200 ? kept.slice(0, blank) : kept).trimEnd();
}

/** Where the n-th line ends; -1 if there are fewer lines. */
function placeOfBreak(text: string, n: number): number {
  let at = -1;
  for (let line = 0; line < n; line += 1) {
    at = text.indexOf('\n', at + 1);
    if (at === -1) return -1;
  }
  return at;
}
