/** A link found in a text: what is shown, where it leads, and where it ends. */
export interface FoundLink {
  href: string;
  text: string;
  end: number;
}

/** Characters visited: the measure of the work, which tests hold against the text's length. */
export interface Steps {
  steps: number;
}

// Longer addresses exist, but nobody follows one out of a chat.
const LONGEST = 4096;
const ASCII_WORD = /[A-Za-z0-9]/;
const OPENING: Record<string, string> = {
  ')': '(', ']': '[', '}': '{', '>': '<', '）': '（', '］': '［', '｝': '｛', '」': '「', '』': '『', '】': '【',
  '〉': '〈', '》': '《', '〕': '〔', '”': '“', '»': '«', '›': '‹',
};
const OPENERS = new Set(Object.values(OPENING));
const CLOSERS = new Map(Object.entries(OPENING));
// Blanks, quotes, the punctuation of scripts that write no blanks, and characters that are not seen or that turn
// the direction of what follows: an address with them reads as another one.
// oxlint-disable-next-line no-control-regex
const ENDS = /[\s"`\\|^。、，；！？：…‥،؛؟।॥\u0000-\u001f\u007f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;
const TRAILING = new Set(".,;:!?'’‘*_~");
const SCHEME = /(?:https?:\/\/|www\.|mailto:|tel:)/iy;
// This is narrow on purpose: addresses as people write them, not all that the standard allows.
const MAIL = /[A-Za-z0-9._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{1,59})(?![A-Za-z0-9@-]|\.[A-Za-z0-9])/uy;
const MAIL_PART = /[A-Za-z0-9._%+-]/;
const PHONE = /(?:\+\(?|\(\+?)?\d[\d ().\u00a0\u2010-\u2013-]{4,28}\d/y;
const DATE = /^(?:\d{4}[-.]\d{1,2}[-.]\d{1,2}|\d{1,2}[-.]\d{1,2}[-.]\d{4})(?!\d)/;

/**
 * The addresses of one line: web addresses with or without their scheme, mail addresses and phone numbers. No blank is
 * needed before one, and none begins inside a word.
 */
export class Links {
  private runs: Runs | null = null;
  // Letters that were read in vain are not read again from the next one.
  private deadUntil = 0;

  constructor(
    private readonly line: string,
    private readonly work: Steps,
  ) {}

  /** The link that begins at a place. `from` and `to` bound what may be looked at. */
  at(at: number, from: number, to: number): FoundLink | null {
    if (at < this.deadUntil) return null;
    const { line, work } = this;
    const char = line[at] ?? '';
    const before = at > from ? (line[at - 1] ?? '') : '';
    if (ASCII_WORD.test(before)) return null;
    if (char === '+' || char === '(' || (char >= '0' && char <= '9')) {
      const phone = phoneAt(line, at, to, before, work);
      if (phone || char === '(' || char === '+') return phone;
    }
    if (!MAIL_PART.test(char)) return null;
    SCHEME.lastIndex = at;
    const scheme = SCHEME.exec(line)?.[0].toLowerCase();
    if (scheme === undefined || (scheme === 'www.' && /[@./_-]/.test(before))) return mailAt(line, at, to, before, work);
    return this.address(at, to, scheme);
  }

  private address(at: number, to: number, scheme: string): FoundLink | null {
    this.runs ??= new Runs(this.line, this.work);
    const end = Math.min(this.runs.endOf(at), to);
    this.work.steps += end - at;
    const text = end - at > LONGEST ? '' : withoutTrail(this.line.slice(at, end));
    const href = text.length > scheme.length ? hrefOf(text, scheme) : null;
    if (href !== null) return { href, text: shownAs(text, href), end: at + text.length };
    this.deadUntil = end;
    return null;
  }
}

const NONE = -1;

/**
 * How far an address can go from each place of a line: to a character that no address has, or to the first bracket
 * without its partner in the address. It is found in one pass over the line, since addresses may stand in one another's
 * brackets.
 */
class Runs {
  /** The first place at or behind one where every address ends. */
  private readonly ends: Int32Array;
  /** The bracket that opens around a place, and the partner of each bracket. */
  private readonly around: Int32Array;
  private readonly partners: Int32Array;

  constructor(line: string, work: Steps) {
    const { length } = line;
    work.steps += 2 * length;
    this.ends = new Int32Array(length + 1).fill(length);
    this.around = new Int32Array(length).fill(NONE);
    this.partners = new Int32Array(length).fill(NONE);
    let open: number[] = [];
    for (let at = 0; at < length; at += 1) {
      this.around[at] = open.at(-1) ?? NONE;
      const char = line[at] ?? '';
      const opener = CLOSERS.get(char);
      if (OPENERS.has(char)) open.push(at);
      else if (ENDS.test(char)) open = [];
      else if (opener !== undefined) {
        const partner = open.at(-1);
        if (partner === undefined || line[partner] !== opener) continue;
        open.pop();
        this.partners[partner] = at;
        this.partners[at] = partner;
      }
    }
    for (let at = length - 1; at >= 0; at -= 1) {
      const char = line[at] ?? '';
      const isAlone = (OPENERS.has(char) || CLOSERS.has(char)) && this.partners[at] === NONE;
      this.ends[at] = isAlone || ENDS.test(char) ? at : (this.ends[at + 1] ?? length);
    }
  }

  endOf(at: number): number {
    const end = this.ends[at] ?? at;
    const around = this.around[at] ?? NONE;
    const closing = around === NONE ? NONE : (this.partners[around] ?? NONE);
    return closing === NONE ? end : Math.min(end, closing);
  }
}

function withoutTrail(text: string): string {
  let end = text.length;
  while (end > 0 && TRAILING.has(text[end - 1] ?? '')) end -= 1;
  return text.slice(0, end);
}

function hrefOf(text: string, scheme: string): string | null {
  try {
    const url = new URL(scheme === 'www.' ? `https://${text}` : text);
    switch (url.protocol) {
      case 'http:':
      case 'https:':
        // “https://bank.example@elsewhere.example” leads to elsewhere.example.
        if (url.username !== '' || url.password !== '' || url.hostname === '') return null;
        return scheme !== 'www.' || /^www\.[^.]+\..*[^.\d]$/i.test(url.hostname) ? url.href : null;
      case 'mailto:':
        return /^mailto:[^@?]+@[^@]+$/i.test(text) ? url.href : null;
      case 'tel:':
        return /^tel:\+?[\d-]{5,20}$/i.test(text) ? url.href : null;
      default:
        return null;
    }
  } catch {
    return null;
  }
}

/** An address whose letters may pass for others shows its real host: “https://xn--80ak6aa92e.com”. */
function shownAs(text: string, href: string): string {
  const { hostname, protocol } = new URL(href);
  if (!protocol.startsWith('http') || !hostname.includes('xn--')) return text;
  const start = /^[a-z]+:\/\//i.exec(text)?.[0].length ?? 0;
  const [host = ''] = /^[^/?#:]*/.exec(text.slice(start)) ?? [];
  if (!mayDeceive(host)) return text;
  return text.slice(0, start) + hostname + text.slice(start + host.length);
}

const SCRIPTS = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u, /\p{Script=Cherokee}/u];
const LIKE_LATIN = SCRIPTS.slice(1);
const LATIN = SCRIPTS[0] ?? /$^/;
const OTHER = /[^\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Common}\p{Script=Inherited}]/u;

/** Whether a host mixes scripts in a label, or writes a label in letters like ours under an ending of ours. */
function mayDeceive(host: string): boolean {
  const labels = host.normalize('NFC').split('.');
  const hasForeignEnd = /[^\p{ASCII}]/u.test(labels.at(-1) ?? '');
  return labels.some((label) => {
    if (/^xn--/i.test(label)) return false;
    const found = SCRIPTS.filter((script) => script.test(label));
    const isMixed = found.length > 1 || (found.length === 1 && found[0] !== LATIN && OTHER.test(label));
    // Fullwidth letters, small capitals and digits in rings become other characters in the address.
    const isDisguised = label.normalize('NFKC') !== label;
    return isMixed || isDisguised || (!hasForeignEnd && LIKE_LATIN.some((script) => script.test(label)));
  });
}

function mailAt(line: string, at: number, to: number, before: string, work: Steps): FoundLink | null {
  if (before === '@' || (before !== '' && MAIL_PART.test(before))) return null;
  MAIL.lastIndex = at;
  const found = MAIL.exec(line)?.[0];
  work.steps += found?.length ?? 1;
  if (found === undefined || at + found.length > to || /^\.|\.\.|\.@/.test(found)) return null;
  const href = safely(() => new URL(`mailto:${found}`).href);
  return href === null ? null : { href, text: found, end: at + found.length };
}

/** A number has its country's code, the 0 of its own country, or ten or eleven digits: others are dates and amounts. */
function phoneAt(line: string, at: number, to: number, before: string, work: Steps): FoundLink | null {
  // It is part of a longer number, an amount, a time, or an order's number.
  if (/[A-Za-z\p{N}_+#№$€£¥₹@/=%&?-]/u.test(before) || (/[.,:]/.test(before) && /\d/.test(line[at - 2] ?? ''))) return null;
  PHONE.lastIndex = at;
  const whole = PHONE.exec(line)?.[0];
  work.steps += whole?.length ?? 1;
  if (whole === undefined) return null;
  // Two numbers with a blank between them look like one that is too long.
  for (const text of new Set([whole, /^\d*/.exec(whole)?.[0] ?? ''])) {
    const end = at + text.length;
    const number = end <= to && endsThere(line, end) && isBalanced(text) ? dialled(text) : null;
    if (number !== null) return { href: `tel:${number}`, text, end };
  }
  return null;
}

const endsThere = (line: string, end: number): boolean => !/^(?:[A-Za-z\p{N}_@%=]|[.,:/]\d)/u.test(line.slice(end, end + 2));

function dialled(text: string): string | null {
  const hasPlus = text.startsWith('+') || text.startsWith('(+');
  const digits = (hasPlus ? text.replace('(0)', '') : text).replace(/\D/g, '');
  const { length } = digits;
  if (hasPlus) return length >= 8 && length <= 15 ? `+${digits}` : null;
  if (text.includes('.') || DATE.test(text)) return null;
  if (digits.startsWith('00')) return length >= 10 && length <= 17 ? `+${digits.slice(2)}` : null;
  if (digits.startsWith('0')) return length >= 9 && length <= 12 ? digits : null;
  return length === 10 || length === 11 ? digits : null;
}

function isBalanced(text: string): boolean {
  let open = 0;
  for (const char of text) {
    if (char === '(') open += 1;
    else if (char === ')') open -= 1;
    if (open < 0) return false;
  }
  return open === 0;
}

function safely<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}
