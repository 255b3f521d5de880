// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { aMessage } from '../../testing/samples';
import { choiceOf, formOf } from './answers';
import { contactsOf } from './contacts';
import { interactiveOf, templateOf } from './framed';
import { marksOf, referralOf } from './marks';
import { mediaPart } from './media';
import { orderOf } from './order';
import { locationOf } from './place';
import { unknownPartOf } from './unknown';

const of = (message_type: string, content: Record<string, unknown>) => aMessage({ message_type, text: null, content });

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
