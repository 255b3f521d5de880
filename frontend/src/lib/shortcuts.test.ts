import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { arabic } from '../words/ar';
import { keyboard } from '../words/keyboard-en';
import { SHORTCUTS, type Shortcut, shortcutOf } from './shortcuts';

const press = (key: string, code: string, held = '') =>
  shortcutOf({
    key,
    code,
    ctrlKey: held.includes('c'),
    metaKey: held.includes('m'),
    altKey: held.includes('a'),
    shiftKey: held.includes('s'),
  });

it.each<[string, string, string, string, Shortcut | null]>([
  ['of the US', 'z', 'KeyZ', 'c', 'Mod+Z'],
  ['of Germany, whose Z is elsewhere', 'z', 'KeyY', 'c', 'Mod+Z'],
  ['of Germany, where the US have their Z', 'y', 'KeyZ', 'c', null],
  ['of France, whose A is elsewhere', 'a', 'KeyQ', 'a', 'Alt+A'],
  ['of France, where the US have their A', 'q', 'KeyA', 'a', null],
  ['of a Mac, whose Option writes signs', 'å', 'KeyA', 'a', 'Alt+A'],
  ['of a Mac, whose Option begins an accent', 'Dead', 'KeyN', 'a', 'Alt+N'],
  ['of a Mac, with its own key', 'k', 'KeyK', 'm', 'Mod+K'],
  ['in Arabic', 'ش', 'KeyA', 'a', 'Alt+A'],
  ['with AltGr, which writes', 'µ', 'KeyM', 'ca', null],
  ['of Germany, whose slash takes Shift', '/', 'Digit7', 's', '/'],
  ['of France, whose question mark takes Shift', '?', 'KeyM', 's', '?'],
  ['of the US, whose question mark takes Shift', '?', 'Slash', 's', '?'],
  ['with Caps Lock', 'R', 'KeyR', '', 'R'],
  ['with Shift, where no shortcut has it', 'R', 'KeyR', 's', null],
  ['with more than one', 'Enter', 'Enter', 'cs', 'Mod+Shift+Enter'],
  ['with one too many', 'Enter', 'Enter', 'csa', null],
  ['while the letters of a message are shortcuts', 'r', 'KeyR', 'c', null],
])('knows a key %s', (_, key, code, held, wanted) => {
  expect(press(key, code, held)).toBe(wanted);
});

/** What each line of the help says of shortcuts; those of lists and fields, which every page has, are none. */
const SAID: Record<string, Shortcut[]> = {
  'Ctrl / ⌘ + Shift + Enter': ['Mod+Shift+Enter'],
  'Ctrl / ⌘ + B, I, Shift + X': ['Mod+B', 'Mod+I', 'Mod+Shift+X'],
  '/ in the field': [],
  '↑ in an empty field': [],
  'Ctrl / ⌘ + K': ['Mod+K'],
  'Ctrl / ⌘ + Shift + F': ['Mod+Shift+F'],
  'Alt + ↓ / ↑ in the search': [],
  'Alt + ↓ / ↑': ['Alt+ArrowDown', 'Alt+ArrowUp'],
  'Alt + Shift + ↓ / ↑': ['Alt+Shift+ArrowDown', 'Alt+Shift+ArrowUp'],
  '↑ ↓ Home End': [],
  'Space, Shift + ↓ / ↑ in the list': [],
  'X, Shift + X in the list': ['X', 'Shift+X'],
  'Ctrl / ⌘ + A in the list': ['Mod+A'],
  'Enter on a message': [],
  'R, C, E on a message': ['R', 'C', 'E'],
  '/': ['/'],
  'F6 / Shift + F6': ['F6', 'Shift+F6'],
  'Alt + I': ['Alt+I'],
  'Alt + C': ['Alt+C'],
  'Alt + A': ['Alt+A'],
  'Alt + L': ['Alt+L'],
  'Alt + R': ['Alt+R'],
  'Alt + Z': ['Alt+Z'],
  'Alt + M': ['Alt+M'],
  'Ctrl / ⌘ + Z': ['Mod+Z'],
  'Alt + U': ['Alt+U'],
  'Alt + N': ['Alt+N'],
  Esc: ['Escape'],
  '?': ['?'],
};

it('the help lists the shortcuts that there are, and no others', () => {
  expect(keyboard.rows.map(([keys]) => keys)).toEqual(Object.keys(SAID));
  expect(Object.values(SAID).flat().toSorted()).toEqual([...SHORTCUTS].toSorted());
  const { rows } = arabic.keyboard as { rows: unknown[] };
  expect(rows).toHaveLength(keyboard.rows.length);
});

/** Where layouts differ from the US: the sign or letter, and its place; signs that take Shift there. */
const LAYOUTS: Record<string, { places: Record<string, string>; shifted: string }> = {
  US: { places: { '?': 'Slash', '/': 'Slash' }, shifted: '?' },
  German: { places: { Z: 'KeyY', Y: 'KeyZ', '?': 'Minus', '/': 'Digit7' }, shifted: '?/' },
  French: { places: { A: 'KeyQ', Q: 'KeyA', Z: 'KeyW', W: 'KeyZ', M: 'Semicolon', '?': 'KeyM', '/': 'Period' }, shifted: '?/' },
};
const HELD = ['', 's', 'c', 'cs', 'a', 'as', 'm', 'ms'];

it.each(Object.entries(LAYOUTS))('with a keyboard of the %s layout the help lists what there is, and nothing else', (_, { places, shifted }) => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const pressed = letters.flatMap((letter) =>
    HELD.map((held) => press(held.includes('s') ? letter : letter.toLowerCase(), places[letter] ?? `Key${letter}`, held)),
  );
  const signs = ['?', '/'].map((sign) => press(sign, places[sign] ?? '', shifted.includes(sign) ? 's' : ''));
  const named = ['ArrowDown', 'ArrowUp', 'F6', 'Escape', 'Enter'].flatMap((key) => HELD.map((held) => press(key, key, held)));
  const heard = new Set([...pressed, ...signs, ...named].filter((one) => one !== null));
  expect([...heard].toSorted()).toEqual(Object.values(SAID).flat().toSorted());
  // Each by its own cap, whatever stands there elsewhere.
  for (const shortcut of SHORTCUTS.filter((one) => /(?:^|\+)[A-Z]$/.test(one))) {
    const held = `${shortcut.includes('Mod') ? 'c' : ''}${shortcut.includes('Alt') ? 'a' : ''}${shortcut.includes('Shift') ? 's' : ''}`;
    const letter = shortcut.slice(-1);
    expect(press(held.includes('s') ? letter : letter.toLowerCase(), places[letter] ?? `Key${letter}`, held)).toBe(shortcut);
  }
});

it('each of them is heard somewhere, and keys are heard in no other way', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name));
  const sources = files.map((name): [string, string] => [name.replaceAll('\\', '/'), readFileSync(join('src', name), 'utf8')]);
  const others = sources.filter(([name]) => name !== 'lib/shortcuts.ts');
  expect(SHORTCUTS.filter((one) => !others.some(([, text]) => text.includes(`'${one}'`)))).toEqual([]);
  expect(others.filter(([, text]) => /\b\w*(?:event|Event)\.code\b/.test(text)).map(([name]) => name)).toEqual([]);
});
