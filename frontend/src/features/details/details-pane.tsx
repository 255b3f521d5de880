import { Copy, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Avatar } from '../../components/avatar';
import { Button } from '../../components/button';
import { useNow } from '../../hooks/browser';
import { copyText } from '../../lib/clipboard';
import { fullTime, phone } from '../../lib/format';
import { customerName, numberName } from '../../lib/names';
import { serviceWindow } from '../../lib/service-window';
import type { Conversation, PhoneNumber } from '../../lib/types';
import { t } from '../../messages/en';
import styles from './details-pane.module.css';

interface Props {
  conversation: Conversation;
  number: PhoneNumber | null;
  onClose: () => void;
}

/** What is known of the customer. */
export function DetailsPane({ conversation, number, onClose }: Props) {
  const now = useNow();
  const name = customerName(conversation);
  const left = serviceWindow(conversation.window_expires_at, now);
  const { customer_phone: digits, customer_username: username, customer_user_id: userId } = conversation;
  return (
    <aside className={styles.pane} aria-label={t.details.heading}>
      <div className={styles.bar}>
        <h2 className={styles.heading}>{t.details.heading}</h2>
        <Button kind="icon" aria-label={t.close} onClick={onClose}>
          <X size={20} />
        </Button>
      </div>
      <div className={styles.who}>
        <Avatar name={name} id={conversation.id} size={72} />
        <p className={styles.name}>
          <bdi>{name}</bdi>
        </p>
      </div>
      <dl className={styles.facts}>
        {digits && (
          <Fact term={t.details.phone}>
            <bdi dir="ltr">{phone(digits)}</bdi>
            <Button
              kind="icon"
              className={styles.copy}
              aria-label={t.details.copyPhone}
              title={t.details.copyPhone}
              onClick={() => void copyText(`+${digits}`)}
            >
              <Copy size={15} />
            </Button>
          </Fact>
        )}
        {username && <Fact term={t.details.username}>@{username}</Fact>}
        {userId && <Fact term={t.details.userId}>{userId}</Fact>}
        <Fact term={t.details.window}>
          {left.state === 'closed' ? t.thread.windowClosed : t.details.windowOpen(left.minutes)}
        </Fact>
        {conversation.last_message_time && (
          <Fact term={t.details.lastActivity}>{fullTime(conversation.last_message_time)}</Fact>
        )}
        {number && <Fact term={t.details.line}>{numberName(number)}</Fact>}
      </dl>
    </aside>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
