import { t } from '../messages/en';
import { isVoiceNote } from './message-content';
import { plainText } from './markup';
import type { Message } from './types';

/** A message in one line. Every type has a name, so that no row is ever blank. */
export function preview(message: Message): string {
  const text = message.text ? plainText(message.text) : '';
  if (message.message_type === 'text' || message.message_type === 'system') return text || typeName(message);
  if (message.message_type === 'unsupported') return t.typeName('unsupported');
  return text === '' ? typeName(message) : `${typeName(message)} · ${text}`;
}

export const typeName = (message: Message): string =>
  isVoiceNote(message) ? t.voiceNote : t.typeName(message.message_type);
