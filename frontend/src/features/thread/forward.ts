import { fieldsOf, isDeleted } from '../../lib/message/content';
import { mediaOf } from '../../lib/message/media';
import { locationOf } from '../../lib/message/place';
import type { Message } from '../../lib/types';

/** The part of a message that can be sent to somebody else. */
export type Forwardable =
  | { kind: 'text'; text: string }
  | { kind: 'file'; type: 'image' | 'video' | 'audio' | 'document' | 'sticker'; url: string; filename: string | null; mimeType: string | null; caption: string | null; isVoice: boolean }
  | { kind: 'place'; place: { latitude: number; longitude: number; name?: string; address?: string } };

const FILES = ['image', 'video', 'audio', 'document', 'sticker'] as const;
const WITH_CAPTION: readonly string[] = ['image', 'video', 'document'];
const LONGEST_TEXT = 4096;

/** Null if the message cannot be forwarded: it is deleted, not here yet, or of a kind made for one customer. */
export function forwardable(message: Message): Forwardable | null {
  if (isDeleted(message)) return null;
  const type = FILES.find((one) => one === message.message_type);
  if (type !== undefined) {
    const media = mediaOf(message);
    if (media?.state !== 'ready' || media.url === null) return null;
    const caption = WITH_CAPTION.includes(type) ? message.text : null;
    const isVoice = fieldsOf(fieldsOf(message.content).audio).voice === true;
    return { kind: 'file', type, url: media.url, filename: media.filename, mimeType: media.mimeType, caption, isVoice };
  }
  const place = message.message_type === 'location' ? locationOf(message) : null;
  if (place) {
    const { latitude, longitude, name, address } = place;
    return { kind: 'place', place: { latitude, longitude, ...(name ? { name } : {}), ...(address ? { address } : {}) } };
  }
  const { text } = message;
  return message.message_type === 'text' && text && text.length <= LONGEST_TEXT ? { kind: 'text', text } : null;
}
