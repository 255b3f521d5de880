import { phone } from './format';
import { t } from '../messages/en';
import type { Conversation, PhoneNumber } from './types';

type Customer = Pick<
  Conversation,
  'customer_name' | 'customer_username' | 'customer_phone' | 'customer_user_id'
>;

/** What a customer is called: by name, else by username, number or business-scoped id. */
export function customerName(customer: Customer): string {
  if (customer.customer_name) return customer.customer_name;
  if (customer.customer_username) return `@${customer.customer_username}`;
  if (customer.customer_phone) return phone(customer.customer_phone);
  // A group's thread is nobody's own.
  return customer.customer_user_id ?? t.group;
}

export function numberName(number: PhoneNumber): string {
  return number.verified_name ? `${number.verified_name} · ${number.display_phone_number}` : number.display_phone_number;
}
