import { t } from '../words/en';
import { phone } from './format';
import { shorten } from './shorten';
import type { Conversation, PhoneNumber } from './types';

type Customer = Pick<
  Conversation,
  'customer_name' | 'customer_username' | 'customer_phone' | 'customer_user_id'
>;

// WhatsApp takes 25 characters for a name; who brings more is still told apart by these.
const LONGEST = 100;

/** What a customer is called: by name, else by username, number or business-scoped id. */
export function customerName(customer: Customer): string {
  if (customer.customer_name) return shorten(customer.customer_name, LONGEST);
  if (customer.customer_username) return `@${shorten(customer.customer_username, LONGEST)}`;
  if (customer.customer_phone) return phone(customer.customer_phone);
  // A group's thread is nobody's own.
  return customer.customer_user_id ?? t.group;
}

export function numberName(number: PhoneNumber): string {
  return number.verified_name ? `${number.verified_name} · ${number.display_phone_number}` : number.display_phone_number;
}
