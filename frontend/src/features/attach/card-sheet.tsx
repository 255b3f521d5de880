import { useState } from 'react';
import { Field } from '../../components/field';
import { Sheet } from '../../components/sheet';
import { c } from '../../words/compose-en';
import styles from './attach.module.css';
import { SheetFoot } from './sheet-foot';
import { type SheetProps, useSending } from './use-sending';

const EMPTY = { name: '', phone: '', email: '', company: '', title: '' };

/** A card as WhatsApp takes it: the last word of a name is the family's. */
export function cardOf(given: typeof EMPTY): Record<string, unknown> {
  const name = given.name.trim().replace(/\s+/g, ' ');
  const words = name.split(' ');
  const digits = given.phone.replace(/\D/g, '');
  const org = {
    ...(given.company.trim() === '' ? {} : { company: given.company.trim() }),
    ...(given.title.trim() === '' ? {} : { title: given.title.trim() }),
  };
  return {
    name: {
      formatted_name: name,
      first_name: words.length > 1 ? words.slice(0, -1).join(' ') : name,
      ...(words.length > 1 ? { last_name: words.at(-1) } : {}),
    },
    ...(digits === '' ? {} : { phones: [{ phone: `+${digits}`, wa_id: digits, type: 'WORK' }] }),
    ...(given.email.trim() === '' ? {} : { emails: [{ email: given.email.trim(), type: 'WORK' }] }),
    ...(Object.keys(org).length > 0 ? { org } : {}),
  };
}

/** Sends a contact card. */
export function CardSheet({ onClose, ...sheet }: SheetProps) {
  const [card, setCard] = useState(EMPTY);
  const { send, at, elsewhere, problem, isSending } = useSending(sheet);
  const field = (name: keyof typeof EMPTY, ...paths: string[]) => ({
    label: c.card[name],
    value: card[name],
    errors: at(...paths),
    onChange: (event: { target: { value: string } }) => setCard({ ...card, [name]: event.target.value }),
  });
  const shown = ['contacts.0.name.formatted_name', 'contacts.0.phones.0.phone'];
  return (
    <Sheet
      heading={c.card.heading}
      onClose={onClose}
      footer={
        <SheetFoot
          problem={problem}
          more={elsewhere((path) => shown.includes(path))}
          isSending={isSending}
          isReady={card.name.trim() !== ''}
          onClose={onClose}
          onSend={() => void send('contacts', [cardOf(card)])}
        />
      }
    >
      <div className={styles.form}>
        <Field {...field('name', 'contacts.0.name.formatted_name')} autoComplete="off" dir="auto" />
        <Field {...field('phone', 'contacts.0.phones.0.phone')} hint={c.card.phoneHint} type="tel" dir="ltr" />
        <Field {...field('email')} type="email" dir="ltr" />
        <Field {...field('company')} dir="auto" />
        <Field {...field('title')} dir="auto" />
      </div>
    </Sheet>
  );
}
