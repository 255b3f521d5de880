import type { MediaPart } from '../../lib/message/media';

const LARGEST = { inline: 320, block: 340 };
const STICKER = 160;

/** The box of a picture or film; null for other files. It is fixed before the file is loaded, so that nothing moves. */
export function boxOf(type: string, media: MediaPart): { inlineSize: string; aspectRatio: string } | null {
  if (type === 'sticker') return { inlineSize: `${STICKER}px`, aspectRatio: '1' };
  if (type !== 'image' && type !== 'video') return null;
  // The size is unknown until the file is here. Most pictures from phones are three to four.
  const [width, height] = [media.width ?? 4, media.height ?? 3];
  const ratio = Math.min(Math.max(width / height, 0.5), 2.5);
  const inline = Math.round(Math.min(LARGEST.inline, LARGEST.block * ratio));
  return { inlineSize: `${inline}px`, aspectRatio: `${Math.round(ratio * 1000) / 1000}` };
}
