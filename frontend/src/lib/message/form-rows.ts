import { shorten } from '../shorten';

// A form has some dozens of fields, in a group or two.
const MOST_ROWS = 500;
const DEEPEST = 8;
export const LONGEST_VALUE = 2000;

/** Every value of a nested object with its path in readable words. Of an endless object the beginning is read. */
export function rowsOf(value: unknown): { label: string; value: string }[] {
  const rows: { label: string; value: string }[] = [];
  const add = (label: string, text: string) => rows.push({ label, value: shorten(text, LONGEST_VALUE) });
  const walk = (item: unknown, path: string, depth: number): void => {
    if (rows.length >= MOST_ROWS) return;
    if (Array.isArray(item) && item.every((one) => typeof one !== 'object' || one === null))
      add(path, item.slice(0, MOST_ROWS).map(shown).join(', '));
    else if (typeof item !== 'object' || item === null) add(path, shown(item));
    else if (depth >= DEEPEST) add(path, '…');
    else
      for (const [key, one] of Object.entries(item)) {
        const name = Array.isArray(item) ? String(Number(key) + 1) : shorten(key, 100);
        walk(one, path === '' && !Array.isArray(item) ? name : `${path} ${name}`, depth + 1);
      }
  };
  walk(value, '', 0);
  return rows;
}

const YES = '✓';
const shown = (value: unknown): string =>
  value === true ? YES : value === false || value === null || value === undefined ? '–' : String(value);

/** “wants_callback” and “firstName” as words. Flows number their fields: “screen_0_Name_1” is “Name”. */
export function readable(key: string): string {
  const words = key
    .replace(/^screen_\d+_(.+?)_\d+$/, '$1')
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replaceAll('_', ' ')
    .trim();
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}
