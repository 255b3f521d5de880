// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { aMessage } from '../../testing/samples';
import { callPermissionOf } from './answers';
import { paymentOf } from './asking';
import { contactsOf } from './contacts';
import { isSystemLine } from './content';
import { interactiveOf, isBlank } from './framed';
import { marksOf } from './marks';
import { locationOf } from './place';

const of = (message_type: string, content: Record<string, unknown>) => aMessage({ message_type, text: null, content });
const asking = (type: string, action: Record<string, unknown>) =>
  interactiveOf(of('interactive', { interactive: { type, body: { text: 'Body' }, action } }));
const sum = (value: number) => ({ value, offset: 100 });

describe('what the business asks for', () => {
  it('is an address, with a button', () => {
    expect(asking('address_message', { name: 'address_message', parameters: { country: 'IN' } })?.buttons).toEqual([
      { kind: 'address', title: '', detail: null },
    ]);
  });

  it('is a call, with the words on its button', () => {
    const parameters = { display_text: 'Call the bakery', ttl_minutes: 5 };
    expect(asking('voice_call', { parameters })?.buttons).toEqual([
      { kind: 'phone', title: 'Call the bakery', detail: null },
    ]);
    expect(asking('voice_call', {})?.buttons).toEqual([{ kind: 'phone', title: '', detail: null }]);
  });

  it('is an order to be paid, item by item up to the total', () => {
    const order = {
      items: [
        { name: 'Sourdough', quantity: 2, amount: sum(9000) },
        { name: 'Rye', quantity: 1, amount: sum(5000), sale_amount: sum(4000) },
      ],
      tax: sum(500),
      discount: sum(2000),
    };
    const framed = asking('order_details', {
      parameters: { reference_id: 'order-7', currency: 'INR', total_amount: sum(20500), order },
    });
    expect(framed?.buttons).toEqual([{ kind: 'pay', title: '', detail: null }]);
    expect(framed?.sections).toEqual([
      {
        title: 'Order order-7',
        rows: [
          { title: '2 × Sourdough', description: '₹90.00' },
          { title: '1 × Rye', description: '₹40.00' },
        ],
      },
      {
        title: null,
        rows: [
          { title: 'Tax', description: '₹5.00' },
          { title: 'Discount', description: '-₹20.00' },
          { title: 'Total', description: '₹205.00' },
        ],
      },
    ]);
  });

  it('is the state of an order, in words where they are known', () => {
    const state = (status: string) =>
      asking('order_status', { parameters: { reference_id: 'o', order: { status, description: 'By van' } } })?.sections;
    expect(state('partially_shipped')).toEqual([
      { title: 'Order o', rows: [{ title: 'Partly on its way', description: 'By van' }] },
    ]);
    expect(state('__proto__')?.[0]?.rows[0]?.title).toBe('__proto__');
  });

  it('is cards, each with its own file and button', () => {
    const card = (place: number) => ({
      card_index: place,
      type: 'cta_url',
      header: { type: 'image', image: {}, media: { state: 'ready', url: `/${place}.jpg` } },
      body: { text: `Loaf ${place}` },
      action: { name: 'cta_url', parameters: { display_text: 'Look', url: 'https://bakery.example/' } },
    });
    const framed = asking('carousel', { cards: [card(0), card(1), { type: 'carousel', action: { cards: [card(2)] } }, 5] });
    expect(framed?.cards.map(({ body }) => body)).toEqual(['Loaf 0', 'Loaf 1']);
    expect(framed?.cards[1]?.headerMedia?.media?.url).toBe('/1.jpg');
    expect(framed?.cards[1]?.buttons).toEqual([{ kind: 'url', title: 'Look', detail: 'https://bakery.example/' }]);
    const products = asking('carousel', { cards: [{ type: 'product', action: { product_retailer_id: 'loaf' } }] });
    expect(products?.cards[0]?.buttons).toEqual([{ kind: 'product', title: '', detail: 'loaf' }]);
  });

  it('is told from what shows nothing at all', () => {
    const framed = interactiveOf(of('interactive', { interactive: { type: 'of_the_future' } }));
    expect(framed && isBlank(framed)).toBe(true);
    expect(isBlank(asking('of_the_future', {})!)).toBe(false);
  });
});

describe('a payment', () => {
  it('has its sum, what was given back, and why it failed', () => {
    const payment = {
      reference_id: 'order-7',
      amount: sum(21500),
      currency: 'INR',
      transaction: { error: { reason: 'Too little money' } },
      refunds: [
        { status: 'success', amount: sum(500) },
        { status: 'pending', amount: sum(100) },
      ],
    };
    expect(paymentOf(of('payment', { payment }))).toEqual({
      sum: '₹215.00',
      refunded: '₹5.00',
      reference: 'Order order-7',
      reason: 'Too little money',
    });
    expect(paymentOf(of('payment', { payment: 'odd' }))).toEqual({
      sum: null,
      refunded: null,
      reference: null,
      reason: null,
    });
    expect(paymentOf(of('text', {}))).toBeNull();
  });
});

describe('what else Meta tells', () => {
  it('a summary by its agent, a place’s own page, until when calls are allowed, every part of a name', () => {
    const summary = { type: 'summary', summary: { text: 'Wants a refund' } };
    expect(marksOf(of('text', { conversation_context: summary })).summary).toBe('Wants a refund');
    expect(marksOf(of('text', { conversation_context: 'odd' })).summary).toBeNull();
    const place = { latitude: 1, longitude: 2, url: 'https://bakery.example/' };
    expect(locationOf(of('location', { location: place }))?.link).toBe('https://bakery.example/');
    expect(locationOf(of('location', { location: { ...place, url: 'javascript:alert(1)' } }))?.link).toBeNull();
    const reply = { response: 'accept', expiration_timestamp: '1795341600' };
    expect(callPermissionOf(of('interactive', { interactive: { call_permission_reply: reply } }))?.until).toBe(
      '2026-11-22T10:00:00.000Z',
    );
    const name = { prefix: 'Dr.', first_name: 'Asha', middle_name: 'K.', last_name: 'Rao', suffix: 'II' };
    expect(contactsOf(of('contacts', { contacts: [{ name }] }))[0]?.name).toBe('Dr. Asha K. Rao II');
  });

  it('a chat that was opened from an ad is more than a line', () => {
    expect(isSystemLine(of('request_welcome', {}))).toBe(true);
    expect(isSystemLine(of('request_welcome', { referral: { headline: 'Bread' } }))).toBe(false);
  });
});
