import { isLayerOpen } from './typing';

const FRAME_MS = 16;
// What is closed is gone within some frames; a dialog that stays has the keys.
const MOST_FRAMES = 60;

/** Does what Alt and this letter do, as if they had been pressed: once the dialog is closed from which it was asked. */
export function pressAlt(letter: string, left: number = MOST_FRAMES): void {
  if (isLayerOpen() && left > 0) setTimeout(() => pressAlt(letter, left - 1), FRAME_MS);
  else window.dispatchEvent(new KeyboardEvent('keydown', { key: letter.toLowerCase(), code: `Key${letter}`, altKey: true }));
}
