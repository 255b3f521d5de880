import { expect, it } from 'vitest';
import { preview } from './preview';
import { aMessage } from './samples';

const line = (message_type: string, content: Record<string, unknown>, text: string | null = null) =>
  preview(aMessage({ message_type, text, content }));

it.each([
  ['image', { image: {} }, 'See', 'Photo · See'],
  ['audio', { audio: { voice: true } }, null, 'Voice message'],
  ['interactive', { interactive: { type: 'nfm_reply', nfm_reply: {} } }, null, 'Form'],
  ['interactive', { interactive: { type: 'list_reply', list_reply: {} } }, 'Rye', 'Reply · Rye'],
  ['interactive', { interactive: { type: 'button' } }, 'Which?', 'Buttons · Which?'],
  ['interactive', { interactive: { type: 'flow' } }, 'Book', 'Form · Book'],
  ['interactive', { interactive: { type: 'product' } }, null, 'Product'],
  ['interactive', { interactive: { type: 'of_the_future' } }, null, 'Buttons'],
  ['unsupported', { unsupported: { type: 'poll_creation' } }, null, 'A poll'],
  ['unsupported', {}, null, 'Message of a kind that cannot be shown here'],
  ['call', { call: { event: 'connect' } }, null, 'Called you'],
  ['call', { call: { event: 'terminate', status: 'COMPLETED', duration: 75 } }, null, 'Called you · 1:15'],
  ['call', { call: { event: 'terminate', status: 'FAILED' } }, null, 'Missed call'],
  ['request_welcome', {}, null, 'Opened the chat for the first time'],
  ['system', { system: { type: 'user_changed_number', wa_id: '917755991099' } }, 'User …', 'Changed their phone number to +91 77559 91099'],
  ['system', { system: { type: 'of_the_future' } }, 'Something new', 'Something new'],
  ['text', { revoked_at: '2026-11-22T10:00:00Z' }, null, 'The customer deleted this message'],
  ['quiz', { quiz: { question: '?' } }, null, 'Message of type “quiz”'],
])('a message of type %s is one line', (type, content, text, expected) => {
  expect(line(type, content, text)).toBe(expected);
});
