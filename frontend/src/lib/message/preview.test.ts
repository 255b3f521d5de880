import { expect, it } from 'vitest';
import { aMessage } from '../../testing/samples';
import { preview } from './preview';

const line = (message_type: string, content: Record<string, unknown>, text: string | null = null) =>
  preview(aMessage({ message_type, text, content }));

const handover = (type: string, change: Record<string, unknown>) => ({ messaging_handovers: { type, [type]: change } });

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
  ['unsupported', {}, null, 'Message that cannot be shown here'],
  ['call', { call: { event: 'connect' } }, null, 'Called you'],
  ['call', { call: { event: 'terminate', status: 'COMPLETED', duration: 75 } }, null, 'Called you · 1:15'],
  ['call', { call: { event: 'terminate', status: 'FAILED' } }, null, 'Missed call'],
  ['request_welcome', {}, null, 'Opened the chat for the first time'],
  ['system', { system: { type: 'user_changed_number', wa_id: '917755991099' } }, 'User …', 'Changed their phone number to +91 77559 91099'],
  ['system', { system: { type: 'of_the_future' } }, 'Something new', 'Something new'],
  ['text', { revoked_at: '2026-11-22T10:00:00Z' }, null, 'The customer deleted this message'],
  ['interactive', { interactive: { type: 'carousel' } }, 'Fresh', 'Cards · Fresh'],
  ['interactive', { interactive: { type: 'address_message' } }, 'Where to?', 'Asked for an address · Where to?'],
  ['interactive', { interactive: { type: 'order_details' } }, 'Your order', 'Order to pay · Your order'],
  ['interactive', { interactive: { type: 'order_status' } }, 'Shipped', 'Order update · Shipped'],
  ['interactive', { interactive: { type: 'voice_call' } }, 'Call us', 'Call button · Call us'],
  ['payment', { payment: { status: 'captured' } }, 'order-7', 'Paid · order-7'],
  ['payment', { payment: { status: 'failed' } }, 'order-7', 'Payment failed · order-7'],
  ['payment', { payment: { status: 'toString' } }, null, 'Payment'],
  ['audio', { audio: {}, voicemail: true }, null, 'Voicemail'],
  ['audio', { audio: {}, call_recording: { call_id: 'wacid.1' } }, null, 'Recording of the call'],
  ['document', { document: {}, call_transcript: { call_id: 'wacid.1' } }, null, 'Transcript of the call'],
  ['system', handover('control_taken', { new_owner_role: 'escalation' }), null, 'The escalation partner took over the conversation.'],
  ['system', handover('control_taken', { new_owner_role: 'ai_agent' }), null, 'Meta’s AI agent took over the conversation.'],
  ['system', handover('control_taken', {}), 'asked for', 'Somebody else took over the conversation. asked for'],
  ['system', handover('control_passed', { previous_owner_role: 'ai_agent' }), null, 'Meta’s AI agent handed the conversation to you.'],
  ['system', handover('control_passed', { previous_owner_app_role: 'meta_business_agent', new_owner_role: 'escalation' }), 'Wants a refund', 'Meta’s AI agent handed the conversation to you. Wants a refund'],
  ['system', handover('control_passed', { previous_owner_role: 'escalation', new_owner_role: 'ai_agent' }), null, 'Meta’s AI agent took over the conversation.'],
  ['system', handover('control_passed', { previous_owner_role: 'constructor' }), null, 'The conversation was handed to you.'],
  ['quiz', { quiz: { question: '?' } }, null, 'Message of type “quiz”'],
])('a message of type %s is one line', (type, content, text, expected) => {
  expect(line(type, content, text)).toBe(expected);
});
