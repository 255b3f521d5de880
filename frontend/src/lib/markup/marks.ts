import type { FoundLink, Steps } from './links';

/** WhatsApp's text formatting, as a tree. Every character of the text but the marks stays in it. */
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'bold' | 'italic' | 'strike'; children: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; href: string; text: string };

export type Block =
  | { kind: 'paragraph'; children: Inline[] }
  | { kind: 'quote'; children: Inline[] }
  | { kind: 'list'; ordered: boolean; start: number; items: Inline[][] }
  | { kind: 'pre'; text: string };

/**
 * The cost of reading a text so far, and its limit. Anybody can send 65,536 characters of marks. Each character is
 * visited a few times at most, whatever stands around it. The text behind the last allowed span is plain, so that the
 * page has a bounded number of elements to draw.
 */
export interface Work extends Steps {
  spansLeft: number;
}

/** Finds the links of one line; without one, addresses are plain text. */
export type Linker = (line: string, work: Steps) => { at: (at: number, from: number, to: number) => FoundLink | null };

/** More than a text of 4,096 characters, WhatsApp's own limit, is likely to have. */
export const MOST_SPANS = 1000;
export const newWork = (): Work => ({ steps: 0, spansLeft: MOST_SPANS });

const MARKS = new Map<string, 'bold' | 'italic' | 'strike'>([['*', 'bold'], ['_', 'italic'], ['~', 'strike']]);
const WORD = /[\p{L}\p{N}]/u;
const BLANK = /\s/;
const FENCE = '```';

export function parseMarks(text: string, work: Work = newWork(), linker: Linker | null = null): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (work.spansLeft > 0) {
    const open = text.indexOf(FENCE, at);
    // At least one character stands between two fences.
    const close = open === -1 ? -1 : text.indexOf(FENCE, open + FENCE.length + 1);
    if (close === -1) break;
    const before = text.slice(at, open);
    if (before.trim() !== '') parseLines(withoutLastBreak(before), blocks, work, linker);
    work.spansLeft -= 1;
    blocks.push({ kind: 'pre', text: withoutLastBreak(withoutFirstBreak(text.slice(open + FENCE.length, close))) });
    at = close + FENCE.length;
    if (text[at] === '\n') at += 1;
  }
  if (at < text.length || blocks.length === 0) parseLines(text.slice(at), blocks, work, linker);
  return blocks;
}

const withoutFirstBreak = (text: string): string => (text.startsWith('\n') ? text.slice(1) : text);
const withoutLastBreak = (text: string): string => (text.endsWith('\n') ? text.slice(0, -1) : text);

function parseLines(text: string, blocks: Block[], work: Work, linker: Linker | null): void {
  let plain: string[] = [];
  const flush = () => {
    if (plain.length > 0) blocks.push({ kind: 'paragraph', children: parseInlineMarks(plain.join('\n'), work, linker) });
    plain = [];
  };
  for (const line of text.split('\n')) {
    const quote = work.spansLeft > 0 && line.startsWith('> ') && line.length > 2 ? line.slice(2) : null;
    const item = work.spansLeft > 0 ? /^(?:([-*])|(\d{1,3})\.) (?=.)/.exec(line) : null;
    if (quote !== null) {
      flush();
      work.spansLeft -= 1;
      blocks.push({ kind: 'quote', children: parseInlineMarks(quote, work, linker) });
    } else if (item) {
      flush();
      work.spansLeft -= 1;
      addItem(blocks, item[2] ?? null, parseInlineMarks(line.slice(item[0].length), work, linker));
    } else {
      plain.push(line);
    }
  }
  flush();
}

function addItem(blocks: Block[], number: string | null, children: Inline[]): void {
  const last = blocks.at(-1);
  const ordered = number !== null;
  const follows = last?.kind === 'list' && last.ordered === ordered;
  if (follows && (!ordered || Number(number) === last.start + last.items.length)) last.items.push(children);
  else blocks.push({ kind: 'list', ordered, start: ordered ? Number(number) : 1, items: [children] });
}

/** The formatting inside lines. A mark holds where it hugs its text and stands beside no word; no span leaves its line. */
export function parseInlineMarks(text: string, work: Work = newWork(), linker: Linker | null = null): Inline[] {
  const found: Inline[] = [];
  let plain = '';
  for (const [index, line] of text.split('\n').entries()) {
    if (index > 0) plain += '\n';
    const nodes = work.spansLeft > 0 ? new Line(line, work, linker).parse(0, line.length) : [{ kind: 'text' as const, text: line }];
    for (const node of nodes) {
      if (node.kind === 'text') {
        plain += node.text;
        continue;
      }
      if (plain !== '') found.push({ kind: 'text', text: plain });
      plain = '';
      found.push(node);
    }
  }
  if (plain !== '') found.push({ kind: 'text', text: plain });
  return found;
}

/**
 * Reads one line from left to right. The places where each mark may end are found beforehand, in one pass: to look for
 * the end anew at each beginning would take time with the square of the line's length.
 */
class Line {
  private readonly ends = new Map<string, Ends>();
  private readonly links: ReturnType<Linker> | null;

  constructor(
    private readonly text: string,
    private readonly work: Work,
    linker: Linker | null,
  ) {
    this.links = linker && linker(text, work);
    work.steps += text.length;
    for (let at = 1; at < text.length; at += 1) {
      const char = text[at] ?? '';
      if (char === '`' || (MARKS.has(char) && this.mayEnd(at))) this.endsOf(char).push(at);
    }
  }

  parse(from: number, to: number): Inline[] {
    const found: Inline[] = [];
    let plainFrom = from;
    let at = from;
    while (at < to && this.work.spansLeft > 0) {
      this.work.steps += 1;
      const span = this.spanAt(at, from, to);
      if (!span) {
        at += 1;
        continue;
      }
      if (plainFrom < at) found.push({ kind: 'text', text: this.text.slice(plainFrom, at) });
      found.push(span.node);
      plainFrom = at = span.end;
    }
    if (plainFrom < to) found.push({ kind: 'text', text: this.text.slice(plainFrom, to) });
    return found;
  }

  private spanAt(at: number, from: number, to: number): { node: Inline; end: number } | null {
    const { text, work } = this;
    const char = text[at] ?? '';
    const before = at > from ? (text[at - 1] ?? '') : '';
    if (char === '`') {
      const end = this.endAfter(char, at);
      if (end === -1 || end >= to || end === at + 1) return null;
      work.spansLeft -= 1;
      return { node: { kind: 'code', text: text.slice(at + 1, end) }, end: end + 1 };
    }
    const kind = MARKS.get(char);
    if (kind !== undefined && !WORD.test(before) && this.mayBegin(at, char)) {
      const end = this.endAfter(char, at + 1);
      if (end !== -1 && end < to) {
        work.spansLeft -= 1;
        return { node: { kind, children: this.parse(at + 1, end) }, end: end + 1 };
      }
    }
    const link = this.links?.at(at, from, to);
    if (!link) return null;
    work.spansLeft -= 1;
    return { node: { kind: 'link', href: link.href, text: link.text }, end: link.end };
  }

  private mayBegin(at: number, mark: string): boolean {
    const next = this.text[at + 1] ?? ' ';
    return next !== mark && !BLANK.test(next);
  }

  private mayEnd(at: number): boolean {
    return !BLANK.test(this.text[at - 1] ?? ' ') && !WORD.test(this.text[at + 1] ?? '');
  }

  /** The first place after `at` where the mark may end; -1 if there is none. Callers ask from left to right. */
  private endAfter(mark: string, at: number): number {
    return this.ends.get(mark)?.after(at, this.work) ?? -1;
  }

  private endsOf(mark: string): Ends {
    const known = this.ends.get(mark) ?? new Ends();
    this.ends.set(mark, known);
    return known;
  }
}

/** Places in a line, in order. Callers ask for them in order too. */
class Ends {
  private readonly places: number[] = [];
  private next = 0;

  push(at: number): void {
    this.places.push(at);
  }

  after(at: number, work: Work): number {
    while ((this.places[this.next] ?? Number.POSITIVE_INFINITY) <= at) {
      this.next += 1;
      work.steps += 1;
    }
    return this.places[this.next] ?? -1;
  }
}

/** The text without marks, for one line of a list. */
export function plainText(text: string): string {
  const inline = (nodes: Inline[]): string =>
    nodes.map((node) => ('children' in node ? inline(node.children) : node.text)).join('');
  return parseMarks(text)
    .map((block) => {
      if (block.kind === 'pre') return block.text;
      if (block.kind === 'list') return block.items.map(inline).join(' ');
      return inline(block.children);
    })
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}
