import { describe, expect, it } from 'vitest';
import { aTemplate } from '../../testing/template-samples';
import { canBeSent, contextOf, flawOf, type TemplateParameter, templatePart, templatePreview, behindFixedPart, fixedPart } from './templates';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const values = {
  'header.0': { mediaId: 'm1', filename: 'bread.jpg', previewUrl: '/media/t' },
  'body.0': 'Asha',
  'body.1': '1043',
  'button.1': '1043',
};

describe('a template that is filled in', () => {
  it('is sent as Meta takes it', () => {
    expect(templatePart(aTemplate(), values)).toEqual({
      name: 'order_confirmation',
      language: { code: 'en_US' },
      components: [
        { type: 'header', parameters: [{ type: 'image', image: { media_id: 'm1' } }] },
        { type: 'body', parameters: [{ type: 'text', text: 'Asha' }, { type: 'text', text: '1043' }] },
        { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: '1043' }] },
      ],
    });
  });

  it('names its values where the template does', () => {
    const template = aTemplate({
      components: [{ type: 'BODY', text: 'On {{day}}' }],
      parameters: [{ key: 'body.day', component: 'body', kind: 'text', index: 0, name: 'day', card: null, required: true }],
    });
    expect(templatePart(template, { 'body.day': 'Sunday' }).components).toEqual([
      { type: 'body', parameters: [{ type: 'text', text: 'Sunday', parameter_name: 'day' }] },
    ]);
    expect(templatePreview(template, { 'body.day': 'Sunday' }).body).toBe('On Sunday');
  });

  it('reads as the customer will see it, and keeps what is missing', () => {
    const shown = templatePreview(aTemplate(), { ...values, 'body.1': '' });
    expect(shown.body).toBe('Thank you, Asha! Your order number is {{2}}.');
    expect(shown.headerMedia).toMatchObject({ type: 'image', previewUrl: '/media/t' });
    expect(shown.buttons.map(({ title, detail }) => [title, detail])).toEqual([
      ['Contact support', null],
      ['Track order', 'https://www.example.com/track/1043'],
    ]);
  });

  it('does not look for placeholders in what was given', () => {
    expect(templatePreview(aTemplate(), { ...values, 'body.0': '{{2}}' }).body).toContain('Thank you, {{2}}!');
  });

  it('without values has no components', () => {
    const plain = aTemplate({ components: [{ type: 'BODY', text: 'Hello' }], parameters: [] });
    expect(templatePart(plain, {})).not.toHaveProperty('components');
  });
});

describe('a value', () => {
  const of = (kind: string, more: Partial<TemplateParameter> = {}): TemplateParameter => ({
    key: 'k', component: 'body', kind, index: 0, name: null, card: null, required: true, ...more,
  });
  it.each([
    ['text', 'Asha', null],
    ['text', ' ', 'missing'],
    ['text', 'a\nb', 'breaks'],
    ['text', 'a     b', 'spaces'],
    ['text', 'a    b', null],
    ['text', 'x'.repeat(1025), 'long'],
    ['url_suffix', 'a b', 'spaces'],
    ['coupon_code', 'x'.repeat(21), 'long'],
    ['image', '', 'missing'],
    ['limited_time_offer', '2026-11-22T09:00:00Z', 'past'],
    ['limited_time_offer', '2026-11-22T11:00:00Z', null],
  ])('of kind %s: %j has the flaw %s', (kind, value, flaw) => {
    expect(flawOf(of(kind), value, NOW)).toBe(flaw);
  });

  it('that is a place has degrees, a name and an address', () => {
    const place = { latitude: '18.5', longitude: '73.8', name: 'Bakery', address: 'Pune' };
    expect(flawOf(of('location'), place, NOW)).toBeNull();
    expect(flawOf(of('location'), { ...place, latitude: '91' }, NOW)).toBe('degrees');
    expect(flawOf(of('location'), { ...place, name: '' }, NOW)).toBe('missing');
  });

  it('that is not required may be left out', () => {
    expect(flawOf(of('payload', { required: false }), undefined, NOW)).toBeNull();
  });
});

describe('a template with cards', () => {
  const card = (bread: string) => ({ components: [{ type: 'HEADER', format: 'IMAGE' }, { type: 'BODY', text: `${bread} for {{1}}` }] });
  const parameter = (at: number | null, component: string, kind: string) => ({
    key: `${at === null ? '' : `card.${at}.`}${component}.0`, component, kind, index: 0, name: null, card: at, required: true,
  });
  const template = aTemplate({
    components: [{ type: 'BODY', text: 'Fresh, {{1}}:' }, { type: 'CAROUSEL', cards: [card('Rye'), card('Spelt')] }],
    parameters: [
      parameter(null, 'body', 'text'),
      ...[0, 1].flatMap((at) => [parameter(at, 'header', 'image'), parameter(at, 'body', 'text')]),
    ],
  });
  const given = {
    'body.0': 'Asha',
    'card.0.body.0': '₹90',
    'card.1.body.0': '₹95',
    'card.1.header.0': { mediaId: 'm2', filename: 'spelt.jpg', previewUrl: '/media/m2' },
  };

  it('shows each with its own values', () => {
    const shown = templatePreview(template, given);
    expect(shown.body).toBe('Fresh, Asha:');
    expect(shown.cards.map(({ body }) => body)).toEqual(['Rye for ₹90', 'Spelt for ₹95']);
    expect(shown.cards.map(({ headerMedia }) => headerMedia?.previewUrl)).toEqual([null, '/media/m2']);
  });

  it('names the fields of a card by its own words', () => {
    expect(template.parameters.filter(({ component }) => component === 'body').map((one) => contextOf(template, one))).toEqual([
      'Fresh, ▁▁:',
      'Rye for ▁▁',
      'Spelt for ▁▁',
    ]);
  });
});

it('a field is named by the words around its placeholder', () => {
  const template = aTemplate();
  expect(template.parameters.slice(1, 3).map((parameter) => contextOf(template, parameter))).toEqual([
    'Thank you, ▁▁! Your order …',
    '… Your order number is ▁▁.',
  ]);
});

it('a template with products of a catalogue cannot be sent from here', () => {
  const mpm = { key: 'b', component: 'button', kind: 'mpm', index: 0, name: null, card: null, required: true };
  expect(canBeSent(aTemplate({ parameters: [mpm] }))).toBe(false);
  expect(canBeSent(aTemplate())).toBe(true);
});

describe('a link’s value', () => {
  const link = aTemplate();
  const parameter = link.parameters.find(({ kind }) => kind === 'url_suffix')!;
  const fixed = fixedPart(link, parameter);

  it('stands behind the template’s own address', () => {
    expect(fixed).toBe('https://www.example.com/track/');
    expect(fixedPart(link, link.parameters[0]!)).toBeNull();
  });

  it.each([
    ['1043', '1043'],
    ['https://www.example.com/track/1043', '1043'],
    ['http://example.com/track/1043?a=b', '1043?a=b'],
    ['HTTPS://WWW.Example.com/track/1043', '1043'],
    [' www.example.com/track/1043 ', '1043'],
    ['https://www.example.com/Track/1043', 'https://www.example.com/Track/1043'],
    ['https://other.example/1043', 'https://other.example/1043'],
  ])('%s becomes %s', (given, kept) => expect(behindFixedPart(fixed, given)).toBe(kept));

  it.each(['https://other.example/1', 'ftp://x', 'a://b', 'https:/x', '1/http://x'])('%s is refused', (given) => {
    expect(flawOf(parameter, given, 0)).toBe('address');
  });
  it.each(['1043', 'a/b?c=d:e', 'x#y'])('%s will do', (given) => expect(flawOf(parameter, given, 0)).toBeNull());
});
