import { shorten } from '../shorten';
import type { Message } from '../types';
import { contentOf, fieldsIn, fieldsOf, labelOf, numericOf, textOf } from './content';

export interface OrderItem {
  product: string;
  quantity: number;
  price: number | null;
  currency: string;
}

export interface Order {
  catalog: string | null;
  items: OrderItem[];
  /** A sum for each currency; one with an item of unknown price has none. */
  totals: { currency: string; amount: number }[];
}

export function orderOf(message: Message): Order | null {
  const part = fieldsOf(contentOf(message).order);
  const items = fieldsIn(part.product_items).map((item) => ({
    product: labelOf(item.product_retailer_id) ?? '',
    quantity: numericOf(item.quantity) ?? 1,
    price: numericOf(item.item_price),
    currency: shorten(textOf(item.currency) ?? '', 12),
  }));
  if (!('order' in contentOf(message))) return null;
  const sums = new Map<string, number>();
  for (const { currency, price, quantity } of items)
    sums.set(currency, (sums.get(currency) ?? 0) + (price ?? Number.NaN) * quantity);
  const totals = [...sums].flatMap(([currency, amount]) => (Number.isNaN(amount) ? [] : [{ currency, amount }]));
  return { catalog: textOf(part.catalog_id), items, totals };
}
