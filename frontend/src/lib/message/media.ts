import { onServer } from '../base';
import type { Message } from '../types';
import { contentOf, fieldsOf, listOf, numberOf, textOf } from './content';

/** A message's file as the page shows it, read with care: `content` is what Meta sent. */
export interface MediaPart {
  state: 'pending' | 'ready' | 'failed';
  mimeType: string | null;
  filename: string | null;
  size: number | null;
  width: number | null;
  height: number | null;
  duration: number | null;
  url: string | null;
  thumbnailUrl: string | null;
  /** Loudness from 0 to 100 over the length of an audio file. */
  waveform: number[] | null;
  /** Why the file is not here, as a sentence. */
  error: string | null;
}

export function mediaOf(message: Message): MediaPart | null {
  return 'media' in contentOf(message) ? mediaPart(contentOf(message).media) : null;
}

export function mediaPart(value: unknown): MediaPart {
  const media = fieldsOf(value);
  const state = media.state === 'ready' || media.state === 'failed' ? media.state : 'pending';
  const waveform = listOf(media.waveform).slice(0, 1000).filter((bar) => typeof bar === 'number');
  return {
    state,
    mimeType: textOf(media.mime_type),
    filename: textOf(media.filename),
    size: numberOf(media.size),
    width: numberOf(media.width),
    height: numberOf(media.height),
    duration: numberOf(media.duration),
    url: sameOrigin(textOf(media.url)),
    thumbnailUrl: sameOrigin(textOf(media.thumbnail_url)),
    waveform: waveform.length > 0 ? waveform : null,
    error: textOf(media.error),
  };
}

/** The address, if it is our own server's; else null. The page's security policy would refuse others anyway. */
function sameOrigin(url: string | null): string | null {
  if (url === null) return null;
  try {
    return new URL(url, location.origin).origin === location.origin ? onServer(url) : null;
  } catch {
    return null;
  }
}

export const isAnimated = (message: Message): boolean => fieldsOf(contentOf(message).sticker).animated === true;
