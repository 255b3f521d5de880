import { describe, expect, it } from 'vitest';
import { aMessage } from '../../testing/samples';
import { orderOf } from './order';

const of = (message_type: string, content: Record<string, unknown>) => aMessage({ message_type, text: null, content });

describe('an order', () => {
  const item = (price: unknown, currency = 'INR', quantity: unknown = 2) => ({
    product_retailer_id: 'p',
    quantity,
    item_price: price,
    currency,
  });

  it('is summed by currency, whether numbers come as numbers or as strings', () => {
    const order = orderOf(of('order', { order: { product_items: [item(30), item('25.5', 'INR', '1'), item(2, 'USD')] } }));
    expect(order?.totals).toEqual([
      { currency: 'INR', amount: 85.5 },
      { currency: 'USD', amount: 4 },
    ]);
  });

  it('has no total where a price is unknown', () => {
    const order = orderOf(of('order', { order: { product_items: [item(30), item(undefined)] } }));
    expect(order?.items).toHaveLength(2);
    expect(order?.totals).toEqual([]);
  });
});
