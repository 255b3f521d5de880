import { ClipboardList, List, MousePointerClick, ShoppingBag, User } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../components/button';
import { Part, Rows } from '../../components/part-card';
import { Some } from '../../components/some';
import styles from '../../components/parts.module.css';
import { useStartChat } from '../../hooks/start-chat';
import { money, phone } from '../../lib/format';
import type { Choice, FormAnswer } from '../../lib/message/answers';
import type { SharedContact } from '../../lib/message/contacts';
import type { Order, OrderItem } from '../../lib/message/order';
import { shorten } from '../../lib/shorten';
import { t } from '../../words/en';
import { k } from '../../words/kinds-en';

export function ContactsPart({ contacts }: { contacts: SharedContact[] }) {
  return (
    <Some items={contacts} first={10}>
      {(shown) =>
        shown.map((contact, index) => (
          // A card has no identity but its place in the message.
          // oxlint-disable-next-line react/no-array-index-key
          <ContactCard key={index} contact={contact} />
        ))
      }
    </Some>
  );
}

function ContactCard({ contact }: { contact: SharedContact }) {
  const startChat = useStartChat();
  const { name, isOwn } = contact;
  const lines: (() => ReactNode)[] = [
    ...contact.phones.map(({ number, waId, kind }) => () => (
      <>
        <a href={`tel:${number.replace(/[^\d+]/g, '')}`}>
          <bdi dir="ltr">{number}</bdi>
        </a>
        {kind && <span className={styles.detail}>{kind.toLowerCase()}</span>}
        {waId && startChat && !isOwn && (
          <Button kind="link" aria-label={`${k.startChat}: ${name} ${phone(waId)}`} onClick={() => startChat(waId)}>
            {k.startChat}
          </Button>
        )}
      </>
    )),
    ...contact.emails.map((email) => () => (
      <a href={`mailto:${encodeURIComponent(email.replace(/\p{Surrogate}/gu, '')).replaceAll('%40', '@')}`}>{email}</a>
    )),
    ...contact.links.map((link) => () => (
      <a href={link} target="_blank" rel="noopener noreferrer nofollow">
        {shorten(link, 300)}
      </a>
    )),
    ...[...contact.addresses, contact.birthday && k.birthday(contact.birthday)]
      .filter(Boolean)
      .map((line) => () => <bdi className={styles.detail}>{line}</bdi>),
  ];
  return (
    <Part
      icon={<User size={20} />}
      title={name || k.contactUnnamed}
      detail={isOwn ? k.ownNumber : contact.organisation}
    >
      <Some items={lines}>
        {(shown) => (
          <ul className={styles.lines}>
            {shown.map((line, index) => (
              // Two of the rows may be alike.
              // oxlint-disable-next-line react/no-array-index-key
              <li key={index}>{line()}</li>
            ))}
          </ul>
        )}
      </Some>
    </Part>
  );
}

/** What the customer chose. The question stands above it as a quote. */
export function ChoicePart({ choice }: { choice: Choice }) {
  const icon = choice.by === 'list' ? <List size={16} /> : <MousePointerClick size={16} />;
  return (
    <div className={styles.choice}>
      <span className={styles.detail}>
        <span aria-hidden>{icon}</span> {k.chose[choice.by]}
      </span>
      <bdi className={styles.title}>{choice.title}</bdi>
      {choice.description && <bdi className={styles.detail}>{choice.description}</bdi>}
    </div>
  );
}

export function FormPart({ form }: { form: FormAnswer }) {
  return (
    <Part
      icon={<ClipboardList size={20} />}
      title={form.isAddress ? k.addressForm : t.kinds.form}
      detail={form.rows.length === 0 ? k.formEmpty : null}
    >
      {form.rows.length > 0 && <Rows rows={form.rows} />}
    </Part>
  );
}

export function OrderPart({ order }: { order: Order }) {
  return (
    <Part icon={<ShoppingBag size={20} />} title={k.order(order.items.length)}>
      <Some items={order.items}>{(items) => <Table items={items} totals={order.totals} />}</Some>
    </Part>
  );
}

function Table({ items, totals }: { items: readonly OrderItem[]; totals: Order['totals'] }) {
  return (
      <table className={styles.order}>
        <thead>
          <tr>
            <th scope="col">{k.product}</th>
            <th scope="col">{k.quantity}</th>
            <th scope="col">{k.price}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item, index) => (
            // The same product may stand in an order twice.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={index}>
              <td>
                <bdi>{item.product}</bdi>
              </td>
              <td>{item.quantity}</td>
              <td>{item.price === null ? '' : money(item.price, item.currency)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          {totals.slice(0, 20).map(({ currency, amount }) => (
            <tr key={currency}>
              <th scope="row" colSpan={2}>
                {k.total}
              </th>
              <td>{money(amount, currency)}</td>
            </tr>
          ))}
        </tfoot>
      </table>
  );
}
