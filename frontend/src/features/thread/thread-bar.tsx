import { ArrowLeft, Clock, Info } from 'lucide-react';
import type { ReactNode } from 'react';
import { Avatar } from '../../components/avatar';
import { Button } from '../../components/button';
import { LabelChip } from '../../components/label-chip';
import { useNow } from '../../hooks/browser';
import { phone } from '../../lib/format';
import { customerName } from '../../lib/names';
import { serviceWindow } from '../../lib/service-window';
import type { Conversation } from '../../lib/types';
import { t } from '../../words/en';
import styles from './thread-bar.module.css';

interface Props {
  conversation: Conversation;
  headingId: string;
  /** Who else is here. */
  company: ReactNode;
  /** Whose it is and how it stands, and how to change that. */
  tools: ReactNode;
  areDetailsOpen: boolean;
  onBack: () => void;
  onToggleDetails: () => void;
}

// What a line has room for; the details show all of them.
const CHIPS = 3;

export function ThreadBar(props: Props) {
  const { conversation, headingId, company, tools, areDetailsOpen, onBack, onToggleDetails } = props;
  const now = useNow();
  const left = serviceWindow(conversation.window_expires_at, now);
  const name = customerName(conversation);
  const number = conversation.customer_phone;
  return (
    <div className={styles.bar}>
      <Button kind="icon" className={styles.back} aria-label={t.thread.back} onClick={onBack}>
        <ArrowLeft size={20} />
      </Button>
      <Avatar name={name} id={conversation.id} size={40} />
      <div className={styles.who}>
        <h2 id={headingId} className={styles.name}>
          <bdi>{name}</bdi>
        </h2>
        <p className={styles.number}>
          {company}
          {number && conversation.customer_name ? <bdi dir="ltr">{phone(number)}</bdi> : null}
          {!number && conversation.customer_username ? `@${conversation.customer_username}` : null}
          {conversation.labels.length > 0 && (
            <span className={styles.chips}>
              {conversation.labels.slice(0, CHIPS).map((label) => (
                <LabelChip key={label.id} label={label} />
              ))}
              {conversation.labels.length > CHIPS && <span>{t.more(conversation.labels.length - CHIPS)}</span>}
            </span>
          )}
        </p>
      </div>
      <p className={styles.window} data-state={left.state}>
        <Clock size={14} aria-hidden />
        <span className={styles.long}>
          {left.state === 'closed' ? t.thread.windowClosed : t.thread.windowLeft(left.minutes)}
        </span>
        <span className={styles.short}>
          {left.state === 'closed' ? t.thread.windowClosedShort : t.thread.windowLeftShort(left.minutes)}
        </span>
      </p>
      {tools}
      <Button kind="icon" aria-label={t.thread.details} aria-expanded={areDetailsOpen} onClick={onToggleDetails}>
        <Info size={20} />
      </Button>
    </div>
  );
}
