/**
 * The keys that the page takes for itself, by what their caps say: `Mod` is Ctrl or ⌘. Handlers compare with these
 * alone, which the compiler sees to, and `?` lists them all, which a test sees to.
 */
export const SHORTCUTS = [
  'Mod+A', 'Mod+B', 'Mod+I', 'Mod+K', 'Mod+Z', 'Mod+Shift+F', 'Mod+Shift+X', 'Mod+Shift+Enter',
  'Alt+A', 'Alt+C', 'Alt+I', 'Alt+L', 'Alt+M', 'Alt+N', 'Alt+R', 'Alt+U', 'Alt+Z',
  'Alt+ArrowDown', 'Alt+ArrowUp', 'Alt+Shift+ArrowDown', 'Alt+Shift+ArrowUp',
  'F6', 'Shift+F6', 'Escape', '?', '/', 'R', 'C', 'E', 'X', 'Shift+X',
] as const;

export type Shortcut = (typeof SHORTCUTS)[number];

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/**
 * Which shortcut was pressed, if any. A letter is the one on the key's cap, wherever a layout has it: Ctrl + Z is where
 * Germans have their Z. Where the key gives no Latin letter, as with Option on a Mac or in Arabic, its place counts.
 */
export function shortcutOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }: Pressed): Shortcut | null {
  const place = /^Key([A-Z])$/.exec(code)?.[1];
  // French keyboards have their question mark where the US have an M; with Option a Mac writes signs on letters.
  const isSign = !altKey && (key === '?' || key === '/');
  const name = isSign || /^[a-z]$/i.test(key) || place === undefined ? (key.length === 1 ? key.toUpperCase() : key) : place;
  // Signs are where a layout has them, some of them with Shift.
  const hasShift = shiftKey && !/^[^A-Z]$/.test(name);
  const pressed = `${ctrlKey || metaKey ? 'Mod+' : ''}${altKey ? 'Alt+' : ''}${hasShift ? 'Shift+' : ''}${name || code}`;
  return SHORTCUTS.find((one) => one === pressed) ?? null;
}
