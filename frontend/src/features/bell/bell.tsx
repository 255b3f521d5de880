import { Bell as BellIcon } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button';
import { wholeNumber } from '../../lib/format';
import { o } from '../../words/own-en';
import styles from './bell.module.css';
import { useTold } from './endpoints';
import { NotificationList } from './notification-list';
import { toDo } from './sentence';

const MOST = 99;

/** Opens what the agent is told of, and shows how much of it is still to do. */
export default function Bell({ onConversation }: { onConversation: (id: string) => void }) {
  const told = useTold();
  const [isOpen, setOpen] = useState(false);
  const count = toDo(told.data ?? []).length;
  const label = o.open(count);
  return (
    <>
      <Button
        kind="icon"
        className={styles.bell}
        aria-label={label}
        title={label}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <BellIcon size={20} />
        {count > 0 && (
          <span className={styles.count} aria-hidden>
            {wholeNumber(Math.min(count, MOST))}
            {count > MOST && '+'}
          </span>
        )}
      </Button>
      {isOpen && (
        <NotificationList
          told={told}
          onConversation={(id) => {
            setOpen(false);
            onConversation(id);
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
