import { useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { Link } from 'wouter';
import { useNow } from '../../hooks/browser';
import { ALL_NUMBERS, conversationHref } from '../../hooks/place';
import { fullTime, listTime, phone } from '../../lib/format';
import { keys } from '../../lib/keys';
import { preview } from '../../lib/message/preview';
import { lineNames } from '../../lib/names';
import { isOutOfSight, subscribeSight } from '../../lib/out-of-sight';
import type { Conversation, PhoneNumber } from '../../lib/types';
import { w } from '../../words/person-en';
import styles from './details-pane.module.css';
import own from './person.module.css';
import { usePerson } from './person-endpoints';

/** Where else the customer writes to the workspace, as far as the reader sees it. */
export function OtherConversations({ conversation }: { conversation: Conversation }) {
  const now = useNow();
  const all = usePerson(conversation).data?.conversations ?? [];
  const numbers = useQueryClient().getQueryData<PhoneNumber[]>(keys.phoneNumbers());
  const lines = lineNames(numbers ?? []);
  const shown = () => all.filter(({ id }) => id !== conversation.id && !isOutOfSight(id));
  // What goes out of sight is not shown until it is asked for again.
  const count = useSyncExternalStore(subscribeSight, () => shown().length);
  if (count === 0) return null;
  return (
    <section className={styles.facts} aria-label={w.others}>
      <h3 className={own.heading}>{w.others}</h3>
      <ul className={own.others}>
        {shown().map((other) => {
          const { id, phone_number_id: number, last_message: last, last_message_time: at, customer_phone: digits } = other;
          return (
            <li key={id}>
              <Link href={conversationHref(id, ALL_NUMBERS)} className={own.other}>
                <span className={own.otherHead}>
                  <bdi className={own.line}>{lines.get(number) ?? number}</bdi>
                  {at && (
                    <time dateTime={at} title={fullTime(at)}>
                      {listTime(at, now)}
                    </time>
                  )}
                </span>
                <span className={own.last}>
                  {digits && (
                    <>
                      <bdi dir="ltr">{phone(digits)}</bdi> ·{' '}
                    </>
                  )}
                  {w.statuses[other.status]}
                  {last && (
                    <>
                      {' · '}
                      <bdi>{preview(last)}</bdi>
                    </>
                  )}
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
