import { k } from '../../words/kinds-en';
import { money } from '../format';
import { lookUp } from '../lookup';
import { shorten } from '../shorten';
import type { Message } from '../types';
import { contentOf, type Fields, fieldsIn, fieldsOf, labelOf, numericOf, textOf } from './content';

interface Section {
  title: string | null;
  rows: { title: string; description: string | null }[];
}

/** What an order asks to be paid: its items, and how their sum becomes the total. */
export function orderToPayOf(parameters: Fields): Section[] {
  const order = fieldsOf(parameters.order);
  const sum = (value: unknown, sign = 1) => sumOf(value, parameters.currency, sign);
  const items = fieldsIn(order.items).map((item) => ({
    title: `${numericOf(item.quantity) ?? 1} × ${labelOf(item.name) ?? labelOf(item.retailer_id) ?? ''}`,
    description: sum(item.sale_amount) ?? sum(item.amount),
  }));
  const line = (title: string, amount: string | null) => (amount === null ? [] : [{ title, description: amount }]);
  return [
    { title: referenceOf(parameters), rows: items },
    {
      title: null,
      rows: [
        ...line(k.tax, sum(order.tax)),
        ...line(k.shipping, sum(order.shipping)),
        ...line(k.discount, sum(order.discount, -1)),
        ...line(k.total, sum(parameters.total_amount)),
      ],
    },
  ];
}

/** The state of an order, and of its payment. */
export function orderStateOf(parameters: Fields): Section[] {
  const { status, description } = fieldsOf(parameters.order);
  const state = textOf(status);
  const paid = textOf(fieldsOf(parameters.payment).status);
  const rows = [
    ...(state ? [{ title: lookUp(k.orderStates, state.replaceAll('_', '-')) ?? shorten(state, 60), description: labelOf(description) }] : []),
    ...(paid ? [{ title: lookUp(k.paymentStates, paid) ?? shorten(paid, 60), description: null }] : []),
  ];
  return [{ title: referenceOf(parameters), rows }];
}

export interface Payment {
  /** The amount that was paid, and the part of it that was given back. */
  sum: string | null;
  refunded: string | null;
  reference: string | null;
  /** Why the payment failed, in the words of the company that handles it. */
  reason: string | null;
}

export function paymentOf(message: Message): Payment | null {
  const payment = contentOf(message).payment;
  if (payment === undefined) return null;
  const { amount, currency, refunds, transaction } = fieldsOf(payment);
  const back = fieldsIn(refunds).filter((refund) => refund.status === 'success');
  return {
    sum: sumOf(amount, currency),
    refunded: back.map((refund) => sumOf(refund.amount, currency)).filter(Boolean).join(' + ') || null,
    reference: referenceOf(fieldsOf(payment)),
    reason: labelOf(fieldsOf(fieldsOf(transaction).error).reason),
  };
}

/** Meta writes amounts in hundredths. */
function sumOf(value: unknown, currency: unknown, sign = 1): string | null {
  const amount = fieldsOf(value);
  const [units, per] = [numericOf(amount.value), numericOf(amount.offset) ?? 100];
  if (units === null || per <= 0) return null;
  return money((sign * units) / per, shorten(textOf(currency) ?? '', 12));
}

function referenceOf(parameters: Fields): string | null {
  const reference = labelOf(parameters.reference_id);
  return reference === null ? null : k.orderReference(reference);
}
