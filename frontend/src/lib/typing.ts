interface Key {
  isComposing?: boolean;
  keyCode: number;
  nativeEvent?: { isComposing: boolean };
}

/**
 * Whether a key belongs to an input method, which is choosing a word with it. Every handler of keys that can be pressed
 * in a field asks this first. Chromium says so by `isComposing`; Safari ends the choice before it tells of the key, and
 * leaves only the code 229.
 */
export const isComposing = (event: Key): boolean =>
  (event.nativeEvent ?? event).isComposing === true || event.keyCode === 229;

/** Whether a key goes into a field. Single letters are no shortcuts there (WCAG 2.1.4). */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

/** Whether a dialog lies over the page. The page's shortcuts wait until it is closed. */
export const isLayerOpen = (): boolean => document.querySelector('dialog[open]') !== null;
