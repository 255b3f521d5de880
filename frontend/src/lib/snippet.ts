import { cut } from './shorten';

/** Begins and ends in UTF-16 units, as the API counts. */
export type Span = readonly number[];

export interface SnippetPart {
  text: string;
  isHit: boolean;
}

// Two lines of a narrow column, with the words that were found in the first.
const BEFORE = 30;
const ROOM = 160;

/** The part of a text in which what was found stands, on one line, with “…” for what is left out. */
export function snippet(text: string, spans: readonly Span[]): SnippetPart[] {
  const start = startBefore(text, spans[0]?.[0] ?? 0);
  const end = start + cut(text.slice(start), ROOM).length;
  const parts: SnippetPart[] = [];
  const add = (from: number, to: number, isHit: boolean) => {
    const piece = text.slice(Math.max(from, start), Math.min(to, end)).replace(/\s+/g, ' ');
    if (piece !== '') parts.push({ text: piece, isHit });
  };
  let at = start;
  for (const [from = 0, to = 0] of spans) {
    if (from < at || to <= from) continue;
    add(at, from, false);
    add(from, to, true);
    at = to;
  }
  add(at, end, false);
  if (start > 0) parts.unshift({ text: '…', isHit: false });
  if (end < text.length) parts.push({ text: '…', isHit: false });
  return parts;
}

/** Where a snippet begins: a little before the first hit, at a word's beginning if one is near. */
function startBefore(text: string, hit: number): number {
  if (hit <= BEFORE) return 0;
  const near = hit - BEFORE;
  const blank = text.slice(near, hit).search(/\s/);
  if (blank !== -1) return near + blank + 1;
  const code = text.charCodeAt(near);
  return code >= 0xdc00 && code <= 0xdfff ? near + 1 : near;
}
