/** Whether a key goes into a field: single letters are no shortcuts there (WCAG 2.1.4). */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

/** Whether something lies over the page: its shortcuts wait until that is closed. */
export const isLayerOpen = (): boolean => document.querySelector('dialog[open]') !== null;
