import type { Message } from '../types';
import { contentOf, type Fields, fieldsIn, fieldsOf, labelOf } from './content';
import { webLink } from './web-link';

export interface SharedContact {
  name: string;
  phones: { number: string; waId: string | null; kind: string | null }[];
  emails: string[];
  links: string[];
  addresses: string[];
  organisation: string | null;
  birthday: string | null;
  /** The customer's own number, given because it was asked for. */
  isOwn: boolean;
}

export const contactsOf = (message: Message): SharedContact[] => fieldsIn(contentOf(message).contacts).map(contactOf);

function contactOf(card: Fields): SharedContact {
  const { formatted_name, prefix, first_name, middle_name, last_name, suffix } = fieldsOf(card.name);
  const org = fieldsOf(card.org);
  const joined = (parts: unknown[]) => parts.map(labelOf).filter((part) => part !== null).join(', ') || null;
  return {
    name:
      labelOf(formatted_name) ??
      [prefix, first_name, middle_name, last_name, suffix].map(labelOf).filter(Boolean).join(' '),
    phones: fieldsIn(card.phones).flatMap((entry) => {
      const number = labelOf(entry.phone) ?? labelOf(entry.wa_id);
      return number === null ? [] : [{ number, waId: labelOf(entry.wa_id), kind: labelOf(entry.type) }];
    }),
    emails: fieldsIn(card.emails).flatMap((entry) => labelOf(entry.email) ?? []),
    links: fieldsIn(card.urls).flatMap((entry) => webLink(entry.url) ?? []),
    addresses: fieldsIn(card.addresses).flatMap(
      (entry) => joined([entry.street, entry.city, entry.state, entry.zip, entry.country ?? entry.country_code]) ?? [],
    ),
    organisation: joined([org.title, org.department, org.company]),
    birthday: labelOf(card.birthday),
    isOwn: card.origin === 'contact_request',
  };
}
