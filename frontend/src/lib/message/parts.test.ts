// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { aMessage } from '../../testing/samples';
import type { Message } from '../types';
import { choiceOf, formOf } from './answers';
import { contactsOf } from './contacts';
import { marksOf, referralOf } from './marks';
import { mediaPart } from './media';
import { orderOf } from './order';
import { interactiveOf, templateOf } from './parts';
import { locationOf } from './place';
import { unknownPartOf } from './unknown';

const of = (message_type: string, content: Record<string, unknown>, more: Partial<Message> = {}) =>
  aMessage({ message_type, text: null, content, ...more });

describe('what the business sent', () => {
  it('is a list with its sections', () => {
    const interactive = {
      type: 'list',
      header: { type: 'text', text: 'Bread' },
      body: { text: 'Which?' },
      action: { button: 'Choose', sections: [{ title: 'Dark', rows: [{ id: '1', title: 'Rye', description: 'Sour' }] }] },
    };
    expect(interactiveOf(of('interactive', { interactive }))).toMatchObject({
      headerText: 'Bread',
      body: 'Which?',
      buttons: [{ kind: 'list', title: 'Choose' }],
      sections: [{ title: 'Dark', rows: [{ title: 'Rye', description: 'Sour' }] }],
    });
  });

  it('is a template as it was rendered', () => {
    const rendered = {
      header: { type: 'text', text: 'Order 7' },
      body: 'Thank you, Asha!',
      footer: 'Bakery',
      buttons: [{ type: 'url', text: 'Track', url: 'https://example.com/7' }],
    };
    expect(templateOf(of('template', { template: { name: 'thanks' }, rendered }))).toMatchObject({
      name: 'thanks',
      headerText: 'Order 7',
      body: 'Thank you, Asha!',
      buttons: [{ kind: 'url', title: 'Track', detail: 'https://example.com/7' }],
    });
  });

  it('has its file at its top, and is no bare file', () => {
    const rendered = { header: { type: 'image', image: { media_id: 'm' } }, body: 'Thank you' };
    const media = { state: 'ready', url: '/api/live-chat/media/m' };
    const shown = templateOf(of('template', { template: { name: 'thanks' }, rendered, media }));
    expect(shown?.headerMedia).toMatchObject({ type: 'image', media: { url: '/api/live-chat/media/m' } });
  });

  it('is not the answer of a customer', () => {
    const interactive = { type: 'button_reply', button_reply: { title: 'No' } };
    expect(interactiveOf(of('interactive', { interactive }))).toBeNull();
  });
});

describe('what others wrote', () => {
  it('opens web addresses only', () => {
    const withLink = (source_url: string) => referralOf(of('text', { referral: { source_url } }))?.link;
    expect(withLink('https://fb.me/x')).toBe('https://fb.me/x');
    expect(withLink('javascript:alert(1)')).toBeNull();
    expect(contactsOf(of('contacts', { contacts: [{ urls: [{ url: 'data:text/html,x' }] }] }))[0]?.links).toEqual([]);
  });

  it('is loaded from our own server only', () => {
    expect(mediaPart({ state: 'ready', url: 'https://elsewhere.example/a.jpg' }).url).toBeNull();
    expect(mediaPart({ state: 'ready', url: '/media/a' }).url).toBe('/media/a');
  });

  // Whatever Meta or an attacker puts into `content`, no bubble may break.
  it.each([null, 0, '', 'x', [], [null], {}, { contacts: {} }])('is read with care: %j', (odd) => {
    for (const type of ['location', 'contacts', 'order', 'button', 'interactive', 'template', 'media', 'context', 'poll']) {
      const message = of(type, { [type]: odd });
      for (const read of [locationOf, contactsOf, orderOf, choiceOf, formOf, interactiveOf, templateOf, marksOf, unknownPartOf])
        expect(() => read(message)).not.toThrow();
    }
  });
});
