import type { Message } from './types';

/** The typed parts of `content` that the page shows, read with care: `content` is what Meta sent. */
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
}

type Fields = Record<string, unknown>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

export function mediaOf(message: Message): MediaPart | null {
  if (!('media' in message.content)) return null;
  const media = fieldsOf(message.content.media);
  const state = media.state === 'ready' || media.state === 'failed' ? media.state : 'pending';
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
  };
}

/** Files come from us alone; the policy of the page would refuse others anyway. */
function sameOrigin(url: string | null): string | null {
  if (url === null) return null;
  try {
    return new URL(url, location.origin).origin === location.origin ? url : null;
  } catch {
    return null;
  }
}

export interface Place {
  name: string | null;
  address: string | null;
  latitude: number;
  longitude: number;
}

export function locationOf(message: Message): Place | null {
  const part = fieldsOf(message.content.location);
  const [latitude, longitude] = [numberOf(part.latitude), numberOf(part.longitude)];
  if (latitude === null || longitude === null) return null;
  return { name: textOf(part.name), address: textOf(part.address), latitude, longitude };
}

export interface SharedContact {
  name: string;
  phones: string[];
}

export function contactsOf(message: Message): SharedContact[] {
  const list = message.content.contacts;
  if (!Array.isArray(list)) return [];
  return list.map((item) => {
    const { name, phones } = fieldsOf(item);
    const numbers = Array.isArray(phones) ? phones.map((one) => textOf(fieldsOf(one).phone)) : [];
    return {
      name: textOf(fieldsOf(name).formatted_name) ?? '',
      phones: numbers.filter((one) => one !== null),
    };
  });
}

/** A message that is about the conversation and not a part of it: shown as a line across the thread. */
export const isSystemLine = (message: Message): boolean => message.message_type === 'system';

/** The name of a template, for a message that was sent by one. */
export const templateOf = (message: Message): string | null =>
  textOf(fieldsOf(message.content.template).name);

export const isVoiceNote = (message: Message): boolean => fieldsOf(message.content.audio).voice === true;
