// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import fc from 'fast-check';
import type { ReactNode } from 'react';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { RowBoundary } from '../../components/row-boundary';
import { type Services, ServicesContext } from '../../hooks/services';
import { preview } from '../../lib/message/preview';
import type { Message } from '../../lib/types';
import { aMessage } from '../../testing/samples';
import { SystemLine } from './plain-rows';
import ContentKind from './content-part-kinds';
import AllMarks from './content-part-marks';
import Edit from './content-part-edits';

type Json = Record<string, unknown>;

const media = { state: 'ready', mime_type: 'image/jpeg', size: 1, filename: 'a.jpg', width: 4, height: 3, duration: 2, url: '/a', thumbnail_url: '/b', waveform: [1, 50] };
const card = {
  name: { formatted_name: 'Asha', first_name: 'A' }, phones: [{ phone: '+91 77559 91051', wa_id: '917755991051', type: 'HOME' }],
  emails: [{ email: 'a@b.c' }], urls: [{ url: 'https://a.b' }], addresses: [{ city: 'Pune' }], org: { company: 'X' }, birthday: '2000-01-01',
};
const rendered = {
  header: { type: 'text', text: 'Head' }, body: 'Body', footer: 'Foot', buttons: [{ type: 'URL', text: 'Go', url: 'https://a.b' }],
  cards: [{ header: { type: 'image', media }, body: 'Card', buttons: [{ type: 'QUICK_REPLY', text: 'Yes' }] }],
};
const interactive = (type: string, more: Json): [string, Json] => ['interactive', { interactive: { type, ...more } }];
const SAMPLES: [string, Json][] = [
  ['text', { text: { body: 'Hi' } }],
  ['image', { image: { id: '1' }, media }],
  ['video', { video: {}, media }],
  ['sticker', { sticker: { animated: true }, media }],
  ['audio', { audio: { voice: true }, media }],
  ['document', { document: {}, media: { ...media, state: 'pending' } }],
  ['document', { document: {}, media: { ...media, state: 'failed', error: 'Gone' } }],
  ['location', { location: { latitude: 1.5, longitude: '2.5', name: 'Here', address: 'There' } }],
  ['contacts', { contacts: [card] }],
  ['button', { button: { text: 'Yes', payload: 'y' } }],
  ['order', { order: { catalog_id: '1', product_items: [{ product_retailer_id: 'p', quantity: 2, item_price: 3.5, currency: 'EUR' }] } }],
  ['template', { template: { name: 'hello' }, rendered, media }],
  ['system', { system: { type: 'user_changed_number', wa_id: '917755991051' } }],
  ['system', { messaging_handovers: { type: 'control_taken' } }],
  ['call', { call: { event: 'terminate', direction: 'BUSINESS_INITIATED', duration: 5, status: 'COMPLETED' } }],
  ['unsupported', { unsupported: { type: 'poll_creation' }, errors: [{ code: 131051, title: 'T', error_data: { details: 'D' } }] }],
  ['quiz', { quiz: { question: '?', answers: ['a', { b: 'c' }] } }],
  ['text', { text: {}, context: { id: 'x', forwarded: true, referred_product: { product_retailer_id: 'p' } }, group: { name: 'G', from: '91' }, edited_at: '2026-11-22T10:00:00Z' }],
  ['text', { referral: { source_type: 'ad', headline: 'H', body: 'B', source_url: 'https://a.b', media_type: 'image', welcome_message: { text: 'W' } } }],
  ['text', { revoked_at: '2026-11-22T10:00:00Z' }],
  interactive('button', { header: { type: 'document', document: { filename: 'a.pdf' } }, body: { text: 'B' }, footer: { text: 'F' }, action: { buttons: [{ reply: { id: '1', title: 'T' } }] } }),
  interactive('list', { header: { type: 'location', location: { latitude: 1, longitude: 2 } }, action: { button: 'L', sections: [{ title: 'S', rows: [{ title: 'R', description: 'D' }] }] } }),
  interactive('cta_url', { action: { parameters: { display_text: 'D', url: 'https://a.b' } } }),
  interactive('flow', { action: { parameters: { flow_cta: 'C' } } }),
  interactive('product_list', { action: { sections: [{ product_items: [{ product_retailer_id: 'p' }] }] } }),
  interactive('carousel', { body: { text: 'B' }, action: { cards: [{ type: 'cta_url', header: { type: 'image', image: {}, media }, body: { text: 'C' }, action: { parameters: { display_text: 'D', url: 'https://a.b' } } }, { type: 'product', action: { product_retailer_id: 'p' } }] } }),
  interactive('address_message', { action: { parameters: { country: 'IN' } } }),
  interactive('order_details', { action: { parameters: { reference_id: 'o', currency: 'INR', total_amount: { value: 1, offset: 100 }, order: { items: [{ name: 'A', quantity: 1, amount: { value: 1, offset: 100 } }], tax: { value: 0, offset: 100 } } } } }),
  interactive('order_status', { action: { parameters: { reference_id: 'o', order: { status: 'shipped', description: 'D' }, payment: { status: 'captured' } } } }),
  interactive('voice_call', { action: { parameters: { display_text: 'Call' } } }),
  ['payment', { payment: { status: 'failed', reference_id: 'o', amount: { value: 1, offset: 100 }, currency: 'INR', transaction: { error: { reason: 'R' } }, refunds: [{ status: 'success', amount: { value: 1 } }] } }],
  ['audio', { audio: {}, media, voicemail: true }],
  ['audio', { audio: {}, media, call_recording: { call_id: 'w' } }],
  ['request_welcome', { referral: { headline: 'H' }, conversation_context: { summary: { text: 'S' } } }],
  interactive('button_reply', { button_reply: { id: '1', title: 'T' } }),
  interactive('list_reply', { list_reply: { id: '1', title: 'T', description: 'D' } }),
  interactive('nfm_reply', { nfm_reply: { name: 'flow', response_json: '{"screen_0_Name_1":"A","list":["a"],"deep":{"b":true}}' } }),
  interactive('call_permission_reply', { call_permission_reply: { response: 'accept', is_permanent: true } }),
];

/** Words that every object knows, and words that it does not. */
const WORDS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'isPrototypeOf', 'of_the_future', ''];

const services = { api: {}, userId: 'u1', tokens: {}, outbox: {} } as unknown as Services;
const page = (children: ReactNode) => (
  <QueryClientProvider client={new QueryClient()}>
    <ServicesContext value={services}>{children}</ServicesContext>
  </QueryClientProvider>
);

/** All that is drawn of a message's content, without a boundary around it. */
function drawn(message: Message): string {
  const { container, unmount } = render(
    page(
      <>
        <AllMarks message={message} />
        <ContentKind message={message} customerName="Asha" />
        <Edit message={{ ...message, content: {} }} />
        <SystemLine message={message} />
        <p>{preview(message)}</p>
      </>,
    ),
  );
  const html = container.innerHTML;
  unmount();
  return html;
}

/** Every place in a value, as the way to it. */
function placesIn(value: unknown, way: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [way];
  return [way, ...Object.entries(value).flatMap(([key, item]) => placesIn(item, [...way, key]))];
}

function put(value: unknown, [key, ...way]: string[], given: unknown): unknown {
  if (key === undefined) return given;
  const copy = Array.isArray(value) ? [...value] : { ...(value as Json) };
  (copy as Json)[key] = put((copy as Json)[key], way, given);
  return copy;
}

beforeAll(() => {
  HTMLMediaElement.prototype.pause = () => undefined;
});

describe('whatever a message holds', () => {
  const anything = fc.oneof(
    fc.constantFrom(...WORDS),
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(null, 0, -1, 1e300, true, [], [[]], {}, [null], ['a', 1, {}], 'x'.repeat(5000), { __proto__: null, length: 3 }),
  );
  const replaced = fc.constantFrom(...SAMPLES).chain(([type, content]) =>
    fc.tuple(fc.constant(type), fc.constant(content), fc.constantFrom(...placesIn(content)), anything),
  );

  it('is drawn, with any field of any kind as any JSON', () => {
    fc.assert(
      fc.property(replaced, ([type, content, place, given]) => {
        const message = aMessage({ message_type: type, content: put(content, place, given) as Json, text: null });
        expect(drawn(message).length).toBeGreaterThan(0);
        expect(preview(message)).not.toBe('');
      }),
      { numRuns: 400 },
    );
  });

  it.each(WORDS)('“%s” is no more than a word of Meta’s', (word) => {
    const kinds: [string, Json][] = [
      [word, { [word]: { a: 'b' } }],
      [word, {}],
      ['unsupported', { unsupported: { type: word } }],
      ['interactive', { interactive: { type: word, header: { type: word }, action: { buttons: [{ type: word }] } } }],
      ['template', { template: { name: word }, rendered: { header: { type: word, [word]: {} }, buttons: [{ type: word, text: 'B' }] } }],
      ['system', { system: { type: word } }],
      ['call', { call: { event: word, status: word, direction: word } }],
      ['contacts', { contacts: [{ name: { formatted_name: word }, phones: [{ phone: word, type: word }] }] }],
      ['order', { order: { product_items: [{ currency: word, item_price: 1 }] } }],
      ['image', { media: { state: word, mime_type: word, filename: word } }],
      ['text', { errors: [{ code: word }] }],
    ];
    for (const [type, content] of kinds)
      for (const direction of ['inbound', 'outbound'] as const) {
        const shown = drawn(aMessage({ message_type: type, content, text: null, direction }));
        expect(shown).not.toMatch(/native code|\[object|undefined/);
      }
  });
});

describe('what is endless', () => {
  const many = <T,>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
  it.each<[string, string, Json]>([
    ['a card with 1,000 phones', 'contacts', { contacts: [{ ...card, phones: many(1000, (index) => ({ phone: `+${index}` })) }] }],
    ['1,000 cards', 'contacts', { contacts: many(1000, () => card) }],
    ['a list with 1,000 sections', 'interactive', { interactive: { type: 'list', action: { sections: many(1000, () => ({ title: 'S', rows: many(10, () => ({ title: 'R' })) })) } } }],
    ['a section with 1,000 rows', 'interactive', { interactive: { type: 'list', action: { sections: [{ rows: many(1000, () => ({ title: 'R' })) }] } } }],
    ['1,000 buttons', 'interactive', { interactive: { type: 'button', action: { buttons: many(1000, () => ({ reply: { title: 'B' } })) } } }],
    ['a template of 1,000 cards', 'template', { template: { name: 'a' }, rendered: { cards: many(1000, () => ({ body: 'C' })) } }],
    ['an order of 10,000 items', 'order', { order: { product_items: many(10_000, (index) => ({ product_retailer_id: `p${index}`, item_price: 1, currency: `C${index}` })) } }],
    ['a form of 10,000 answers', 'interactive', { interactive: { type: 'nfm_reply', nfm_reply: { response_json: JSON.stringify(Object.fromEntries(many(10_000, (index) => [`k${index}`, 'v']))) } } }],
    ['a form that is 5,000 deep', 'interactive', { interactive: { type: 'nfm_reply', nfm_reply: { response_json: `${'{"a":['.repeat(5000)}1${']}'.repeat(5000)}` } } }],
    ['a name of 10,000 characters', 'contacts', { contacts: [{ name: { formatted_name: 'A'.repeat(10_000) } }] }],
    ['a file name of 10,000 characters', 'document', { media: { ...media, filename: `${'.a'.repeat(5000)}` } }],
    ['a type of 10,000 characters', 'x'.repeat(10_000), {}],
    ['a new kind with 10,000 words', 'quiz', { quiz: many(10_000, () => ({ a: 'b' })) }],
  ])('of %s a bounded part is shown', (_, type, content) => {
    const shown = drawn(aMessage({ message_type: type, content, text: null }));
    expect(shown.length).toBeLessThan(60_000);
    expect(shown.match(/</g)?.length ?? 0).toBeLessThan(2500);
  });
});

it('a row that cannot be drawn says so, alone, and is tried again when it is another', () => {
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  function Row({ text }: { text: string }) {
    if (text === 'broken') throw new Error('of a kind that nobody foresaw');
    return <p>{text}</p>;
  }
  const rows = (texts: string[]) =>
    texts.map((text, index) => (
      // oxlint-disable-next-line react/no-array-index-key
      <RowBoundary key={index} of={text} fallback={<p>cannot be shown</p>}>
        <Row text={text} />
      </RowBoundary>
    ));
  const { rerender } = render(<>{rows(['one', 'broken', 'three'])}</>);
  expect(screen.getAllByText(/one|cannot be shown|three/).map((row) => row.textContent)).toEqual(['one', 'cannot be shown', 'three']);
  rerender(<>{rows(['one', 'two', 'three'])}</>);
  expect(screen.getByText('two')).toBeVisible();
  quiet.mockRestore();
});
