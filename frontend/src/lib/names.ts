import { t } from '../words/en';
import { phone } from './format';
import { shorten } from './shorten';
import type { Conversation, PhoneNumber } from './types';

type Customer = Pick<
  Conversation,
  'customer_name' | 'customer_username' | 'customer_phone' | 'customer_user_id'
>;

// WhatsApp takes 25 characters for a name. Longer names are still told apart by these.
const LONGEST = 100;

/** A customer's name, else their username, number or business-scoped id. */
export function customerName(customer: Customer): string {
  if (customer.customer_name) return shorten(customer.customer_name, LONGEST);
  if (customer.customer_username) return `@${shorten(customer.customer_username, LONGEST)}`;
  if (customer.customer_phone) return phone(customer.customer_phone);
  // The thread of a group belongs to no one customer.
  return customer.customer_user_id ?? t.group;
}

export function numberName(number: PhoneNumber): string {
  return number.verified_name ? `${number.verified_name} · ${number.display_phone_number}` : number.display_phone_number;
}

/** What tells our numbers apart, as short as it can be: {number: name}. */
export function lineNames(numbers: readonly PhoneNumber[]): ReadonlyMap<string, string> {
  return new Map(
    numbers.map((number) => {
      const { verified_name: name, display_phone_number: digits } = number;
      const isShared = numbers.some((other) => other !== number && other.verified_name === name);
      return [number.phone_number_id, name ? (isShared ? `${name} · ${digits.slice(-4)}` : name) : digits];
    }),
  );
}
