import { Copy, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Avatar } from '../../components/avatar';
import { Button } from '../../components/button';
import { Dialog } from '../../components/dialog';
import { useNow } from '../../hooks/browser';
import { copyText } from '../../lib/clipboard';
import { fullTime, phone } from '../../lib/format';
import { customerName, numberName } from '../../lib/names';
import { serviceWindow } from '../../lib/service-window';
import type { Conversation, PhoneNumber } from '../../lib/types';
import { shortcutOf } from '../../lib/shortcuts';
import { isComposing } from '../../lib/typing';
import { d } from '../../words/details-en';
import { t } from '../../words/en';
import { CustomerStanding } from './customer-standing';
import styles from './details-pane.module.css';
import { Fact } from './fact';
import { OtherConversations } from './other-conversations';
import { PersonFacts } from './person-facts';
import { PersonName } from './person-name';
import { Shared } from './shared';

interface Props {
  conversation: Conversation;
  /** Whose it is and what it is about. */
  handling: ReactNode;
  /** The conversation's own; null while it is not known. */
  number: PhoneNumber | null;
  /** Over the page, where it has no column for them. */
  isDrawer: boolean;
  onOpenMessage: (messageId: string) => void;
  onClose: () => void;
}

/** What is known of the customer: a column of its own, or a drawer over the thread. */
export default function DetailsPane({ isDrawer, onOpenMessage, ...shown }: Props) {
  const { onClose } = shown;
  if (!isDrawer)
    return (
      <aside className={styles.pane} aria-label={d.heading}>
        <Details {...shown} onOpenMessage={onOpenMessage} />
      </aside>
    );
  return (
    <Dialog
      shape="drawer"
      label={d.heading}
      onClose={onClose}
      onKeyDown={(event) => {
        // What opened it closes it, too.
        if (isComposing(event) || shortcutOf(event) !== 'Alt+I') return;
        // The page's own handler, which comes next, would open it again.
        event.stopPropagation();
        onClose();
      }}
    >
      <Details
        {...shown}
        onOpenMessage={(messageId) => {
          onClose();
          onOpenMessage(messageId);
        }}
      />
    </Dialog>
  );
}

function Details({ conversation, handling, number, onOpenMessage, onClose }: Omit<Props, 'isDrawer'>) {
  const now = useNow();
  const name = customerName(conversation);
  const left = serviceWindow(conversation.window_expires_at, now);
  const { customer_phone: digits, customer_username: username, customer_user_id: userId } = conversation;
  // The thread of a group is no one customer's.
  const isGroup = digits === null && userId === null;
  return (
    <>
      <div className={styles.bar} data-dialog-bar>
        <h2 className={styles.heading}>{d.heading}</h2>
        <Button kind="icon" aria-label={t.close} onClick={onClose}>
          <X size={20} />
        </Button>
      </div>
      <div className={styles.who}>
        <Avatar name={name} id={conversation.id} size={72} />
        {isGroup ? (
          <p className={styles.name}>
            <bdi>{name}</bdi>
          </p>
        ) : (
          <PersonName key={conversation.id} conversation={conversation} name={name} />
        )}
      </div>
      <dl className={styles.facts}>
        {digits && (
          <Fact term={d.phone}>
            <bdi dir="ltr">{phone(digits)}</bdi>
            <Button
              kind="icon"
              className={styles.copy}
              aria-label={d.copyPhone}
              title={d.copyPhone}
              onClick={() => void copyText(`+${digits}`)}
            >
              <Copy size={15} />
            </Button>
          </Fact>
        )}
        {username && <Fact term={d.username}>@{username}</Fact>}
        {userId && <Fact term={d.userId}>{userId}</Fact>}
        <Fact term={d.window}>
          {left.state === 'closed' ? t.thread.windowClosed : d.windowOpen(left.minutes)}
        </Fact>
        {conversation.last_message_time && (
          <Fact term={d.lastActivity}>{fullTime(conversation.last_message_time)}</Fact>
        )}
        {number && (
          <Fact term={d.line}>
            <bdi>{numberName(number)}</bdi>
          </Fact>
        )}
      </dl>
      {!isGroup && <PersonFacts key={conversation.id} conversation={conversation} />}
      {handling}
      {!isGroup && <OtherConversations conversation={conversation} />}
      <CustomerStanding conversation={conversation} name={name} />
      <Shared conversation={conversation} isGroup={isGroup} onOpenMessage={onOpenMessage} />
    </>
  );
}
