/**
 * Phone numbers as people write them, read by the rules of `livechat/domain/phone.py`; both are tested by
 * `tests/phone_numbers.json`.
 */

/** Format characters (which come along when a number is copied), dashes, spaces, dots, slashes. */
const DECORATION = /[\p{Cf}\p{Pd}\p{Zs}\p{Zl}\p{Zp}./·•‧−⁄\s]/u;
const DIGIT = /\p{Nd}/u;
const TRUNK_ZERO = /(?<=[0-9])\(0\)/g;

/** The digits without decoration, `+`, `00` and `(0)`; null if there is any other character. */
export function typedDigits(typed: string): string | null {
  let known = '';
  for (const character of typed) {
    const plain = character.normalize('NFKC');
    if (DIGIT.test(character)) known += valueOf(character);
    else if (/\p{Ps}/u.test(character)) known += '(';
    else if (/\p{Pe}/u.test(character)) known += ')';
    else if (plain === '+') known += '+';
    else if (!DECORATION.test(character) && !DECORATION.test(plain)) return null;
  }
  const bare = known
    .replace(TRUNK_ZERO, '')
    .replace(/[()]/g, '')
    .replace(/^\+/, '')
    .replace(/^00/, '');
  return /^[0-9]+$/.test(bare) ? bare : null;
}

/** The number in international form; null if it is no number, or has no country. */
export function readPhone(typed: string): string | null {
  const digits = typedDigits(typed);
  return digits !== null && /^[1-9][0-9]{4,19}$/.test(digits) ? digits : null;
}

/** Each script's digits stand in order, ten after ten. */
function valueOf(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (DIGIT.test(String.fromCodePoint(code - before - 1))) before += 1;
  return before % 10;
}
