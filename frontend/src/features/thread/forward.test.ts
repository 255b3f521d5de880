import { expect, it } from 'vitest';
import { aMessage } from '../../testing/samples';
import { forwardable } from './forward';

const media = { state: 'ready', url: '/a', filename: 'a.pdf', mime_type: 'application/pdf' };
globalThis.location ??= new URL('http://inbox.example/') as unknown as Location;

it('what a message holds can be passed on', () => {
  expect(forwardable(aMessage({ text: 'Hi' }))).toEqual({ kind: 'text', text: 'Hi' });
  const file = forwardable(aMessage({ message_type: 'document', text: 'See', content: { document: {}, media } }));
  expect(file).toMatchObject({ kind: 'file', type: 'document', url: '/a', filename: 'a.pdf', caption: 'See', isVoice: false });
  const note = forwardable(aMessage({ message_type: 'audio', text: null, content: { audio: { voice: true }, media } }));
  expect(note).toMatchObject({ type: 'audio', caption: null, isVoice: true });
  const place = aMessage({ message_type: 'location', content: { location: { latitude: 1, longitude: 2, name: 'Here' } } });
  expect(forwardable(place)).toEqual({ kind: 'place', place: { latitude: 1, longitude: 2, name: 'Here' } });
});

it.each([
  ['deleted', { content: { revoked_at: 'x', text: { body: 'Hi' } } }],
  ['not here yet', { message_type: 'image', content: { media: { ...media, state: 'pending' } } }],
  ['of another house', { message_type: 'image', content: { media: { ...media, url: 'https://evil.example/a' } } }],
  ['made for one customer', { message_type: 'template', content: { template: {} } }],
  ['longer than WhatsApp takes', { text: 'x'.repeat(5000) }],
  ['without words', { text: null, message_type: 'text', content: {} }],
])('one that is %s cannot', (_, given) => {
  expect(forwardable(aMessage(given))).toBeNull();
});
