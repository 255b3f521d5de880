// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { aMessage } from '../../testing/samples';
import { interactiveOf, templateOf } from './framed';

const of = (message_type: string, content: Record<string, unknown>) => aMessage({ message_type, text: null, content });

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
