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

const MARKS: Record<string, 'bold' | 'italic' | 'strike'> = { '*': 'bold', _: 'italic', '~': 'strike' };
const WORD = /[\p{L}\p{N}]/u;
// Deliberately narrow: what a person may follow from a stranger's message.
const LINK = /(?:https?:\/\/[^\s<>"']+|mailto:[^\s<>"'@]+@[^\s<>"']+|tel:\+?[\d-]{5,20})/giy;
const TRAILING = /[.,;:!?)\]}*_~]+$/;
const FENCE = /```([\s\S]+?)```/;

export function parseMarkup(text: string): Block[] {
  const blocks: Block[] = [];
  let rest = text;
  for (let fence = FENCE.exec(rest); fence !== null; fence = FENCE.exec(rest)) {
    const before = rest.slice(0, fence.index);
    if (before.trim() !== '') blocks.push(...parseLines(before.replace(/\n$/, '')));
    blocks.push({ kind: 'pre', text: (fence[1] ?? '').replace(/^\n|\n$/g, '') });
    rest = rest.slice(fence.index + fence[0].length).replace(/^\n/, '');
  }
  if (rest !== '' || blocks.length === 0) blocks.push(...parseLines(rest));
  return blocks;
}

function parseLines(text: string): Block[] {
  const blocks: Block[] = [];
  let plain: string[] = [];
  const flush = () => {
    if (plain.length > 0) blocks.push({ kind: 'paragraph', children: parseInline(plain.join('\n')) });
    plain = [];
  };
  for (const line of text.split('\n')) {
    const quote = /^> (.+)$/.exec(line);
    const item = /^(?:([-*])|(\d{1,3})\.) (.+)$/.exec(line);
    if (quote) {
      flush();
      blocks.push({ kind: 'quote', children: parseInline(quote[1] ?? '') });
    } else if (item) {
      flush();
      addItem(blocks, item[2] ?? null, parseInline(item[3] ?? ''));
    } else {
      plain.push(line);
    }
  }
  flush();
  return blocks;
}

function addItem(blocks: Block[], number: string | null, children: Inline[]): void {
  const last = blocks.at(-1);
  const ordered = number !== null;
  const follows = last?.kind === 'list' && last.ordered === ordered;
  if (follows && (!ordered || Number(number) === last.start + last.items.length)) last.items.push(children);
  else blocks.push({ kind: 'list', ordered, start: ordered ? Number(number) : 1, items: [children] });
}

/** The formatting inside a line or paragraph. A mark holds where it hugs its text and stands beside no word. */
export function parseInline(text: string): Inline[] {
  const found: Inline[] = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') found.push({ kind: 'text', text: plain });
    plain = '';
  };
  let at = 0;
  while (at < text.length) {
    const span = spanAt(text, at);
    if (span) {
      flush();
      found.push(span.node);
      at = span.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return found;
}

function spanAt(text: string, at: number): { node: Inline; end: number } | null {
  const char = text[at] ?? '';
  const before = text[at - 1] ?? '';
  if ((char === 'h' || char === 'H' || char === 'm' || char === 't') && !WORD.test(before))
    return linkAt(text, at);
  if (char === '`') {
    const end = text.indexOf('`', at + 1);
    const inner = text.slice(at + 1, end);
    return end > at + 1 && !inner.includes('\n') ? { node: { kind: 'code', text: inner }, end: end + 1 } : null;
  }
  const kind = MARKS[char];
  if (kind === undefined || WORD.test(before)) return null;
  const end = closing(text, at, char);
  if (end === -1) return null;
  return { node: { kind, children: parseInline(text.slice(at + 1, end)) }, end: end + 1 };
}

function closing(text: string, at: number, mark: string): number {
  if (/^(?:\s|$)/.test(text.slice(at + 1, at + 2)) || text[at + 1] === mark) return -1;
  for (let end = text.indexOf(mark, at + 2); end !== -1; end = text.indexOf(mark, end + 1)) {
    if (text.slice(at, end).includes('\n')) return -1;
    if (!/\s/.test(text[end - 1] ?? ' ') && !WORD.test(text[end + 1] ?? '')) return end;
  }
  return -1;
}

function linkAt(text: string, at: number): { node: Inline; end: number } | null {
  LINK.lastIndex = at;
  const match = LINK.exec(text);
  if (match === null) return null;
  const shown = match[0].replace(TRAILING, '');
  const href = /^(https?:\/\/.|mailto:.|tel:.)/i.test(shown) ? usable(shown) : null;
  return href === null ? null : { node: { kind: 'link', href, text: shown }, end: at + shown.length };
}

function usable(address: string): string | null {
  try {
    const url = new URL(address);
    return ['http:', 'https:', 'mailto:', 'tel:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** The text without marks, for one line of a list. */
export function plainText(text: string): string {
  const inline = (nodes: Inline[]): string =>
    nodes.map((node) => ('children' in node ? inline(node.children) : node.text)).join('');
  return parseMarkup(text)
    .map((block) => {
      if (block.kind === 'pre') return block.text;
      if (block.kind === 'list') return block.items.map(inline).join(' ');
      return inline(block.children);
    })
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}
