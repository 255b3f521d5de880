import { isGroup, type Sentences } from './catalogue';

const ACCENTS: Record<string, string> = {
  a: 'å', b: 'ƀ', c: 'ç', d: 'đ', e: 'é', f: 'ƒ', g: 'ğ', h: 'ĥ', i: 'î', j: 'ĵ', k: 'ķ', l: 'ļ', m: 'ɱ', n: 'ñ', o: 'ö', p: 'þ',
  q: 'ǫ', r: 'ŕ', s: 'š', t: 'ţ', u: 'û', v: 'ṽ', w: 'ŵ', x: 'ẋ', y: 'ý', z: 'ž', A: 'Å', B: 'Ɓ', C: 'Ç', D: 'Đ', E: 'É', F: 'Ƒ',
  G: 'Ğ', H: 'Ĥ', I: 'Î', J: 'Ĵ', K: 'Ķ', L: 'Ļ', M: 'Ṁ', N: 'Ñ', O: 'Ö', P: 'Þ', Q: 'Ǫ', R: 'Ŕ', S: 'Š', T: 'Ţ', U: 'Û', V: 'Ṽ',
  W: 'Ŵ', X: 'Ẋ', Y: 'Ý', Z: 'Ž',
}; // prettier-ignore
const LONGER = 0.4;
const FILL = ' one two three four five six seven eight nine ten eleven twelve';

/** A sentence of another language as far as its look goes: 40 in 100 longer, and with accents on its letters. */
export function pseudoText(text: string): string {
  if (!/\p{L}/u.test(text)) return text;
  const fill = FILL.repeat(Math.ceil((text.length * LONGER) / FILL.length)).slice(0, Math.ceil(text.length * LONGER));
  // A space at the end separates it from what follows.
  const end = /\s*$/.exec(text)?.[0] ?? '';
  return (text.trimEnd() + fill).replace(/[a-z]/gi, (letter) => ACCENTS[letter] ?? letter).trimEnd() + end;
}

/** Do so with a whole catalogue. */
export function pseudo(sentences: Sentences): void {
  for (const [name, value] of Object.entries(sentences))
    if (isGroup(value)) pseudo(value);
    else sentences[name] = changed(value);
}

function changed(value: unknown): unknown {
  if (typeof value === 'string') return pseudoText(value);
  if (Array.isArray(value)) return value.map(changed);
  if (typeof value === 'function') return (...given: unknown[]) => changed(Reflect.apply(value, undefined, given));
  return value;
}
