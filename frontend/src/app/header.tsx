import { MessageSquarePlus, Search } from 'lucide-react';
import { Suspense } from 'react';
import { Button } from '../components/button';
import { Logo } from '../components/logo';
import { NumberSelect } from '../features/numbers/number-select';
import type { OtherPerson } from '../features/session/session';
import { useOnline } from '../hooks/browser';
import { ALL_NUMBERS } from '../hooks/place';
import { lazyPart } from '../lib/lazy-part';
import type { StreamStatus } from '../lib/live-events';
import type { PhoneNumber } from '../lib/types';
import { t } from '../words/en';
import type { Layer } from './layers';
import styles from './header.module.css';

const Bell = lazyPart(() => import('../features/bell/bell'));
const UserMenu = lazyPart(() => import('./user-menu'));

interface Props {
  label: string;
  others: readonly OtherPerson[] | undefined;
  numbers: PhoneNumber[];
  number: PhoneNumber | null;
  /** The list shows all numbers. */
  isOfAll: boolean;
  status: StreamStatus;
  /** Whether they may begin conversations. */
  mayStart: boolean;
  onChooseNumber: (phoneNumberId: string) => void;
  onConversation: (id: string) => void;
  onOpen: (layer: Layer) => void;
  onActivity: () => void;
  onTeam: () => void;
  onSignOut: () => void;
}

// Read when it is drawn: another language comes after this file.
const textOf = (status: StreamStatus): string =>
  ({
    live: t.connection.live,
    connecting: t.connection.connecting,
    unsupported: t.connection.polling,
    down: t.connection.down,
    'signed-out': t.connection.down,
  })[status];

export function Header(props: Props) {
  const { label, others, numbers, number, isOfAll, status, mayStart } = props;
  const { onChooseNumber, onConversation, onOpen, onActivity, onTeam, onSignOut } = props;
  const isOnline = useOnline();
  const shown = isOnline ? status : 'down';
  const statusText = isOnline ? textOf(status) : t.connection.offline;
  return (
    <header className={styles.header}>
      <Logo size={32} />
      <h1 className={styles.name}>{t.product}</h1>
      {numbers.length > 0 && (
        <NumberSelect
          numbers={numbers}
          value={isOfAll ? ALL_NUMBERS : (number?.phone_number_id ?? null)}
          onChange={onChooseNumber}
          onConnect={() => onOpen('connect')}
        />
      )}
      {number && !isOfAll && <Elsewhere numbers={numbers} number={number} onChooseNumber={onChooseNumber} />}
      {number && <Quality rating={number.quality_rating} />}
      <p className={styles.status} data-status={shown} title={statusText}>
        <span className={styles.dot} aria-hidden />
        <span className={styles.statusText}>{statusText}</span>
      </p>
      {number && (
        <>
          <Button
            kind="icon"
            className={styles.wide}
            aria-label={t.palette.open}
            title={t.palette.openTitle}
            onClick={() => onOpen('palette')}
          >
            <Search size={19} />
          </Button>
          {mayStart && (
            <Button kind="icon" aria-label={t.newChat.open} title={t.newChat.open} onClick={() => onOpen('new-chat')}>
              <MessageSquarePlus size={20} />
            </Button>
          )}
        </>
      )}
      {number && (
        <Suspense fallback={<span className={styles.menuPlace} />}>
          <Bell onConversation={onConversation} />
        </Suspense>
      )}
      <Suspense fallback={<span className={styles.menuPlace} />}>
        <UserMenu
          label={label}
          others={others}
          number={number}
          onOpen={onOpen}
          onActivity={onActivity}
          onTeam={onTeam}
          onSignOut={onSignOut}
        />
      </Suspense>
    </header>
  );
}

type ElsewhereProps = Pick<Props, 'numbers' | 'onChooseNumber'> & { number: PhoneNumber };

/** What waits on the other numbers, which the select shows only when it is opened; it leads to the fullest of them. */
function Elsewhere({ numbers, number, onChooseNumber }: ElsewhereProps) {
  const others = numbers.filter((other) => other.phone_number_id !== number.phone_number_id && other.unread_count > 0);
  const [fullest] = others.toSorted((a, b) => b.unread_count - a.unread_count);
  if (!fullest) return null;
  const count = others.reduce((sum, other) => sum + other.unread_count, 0);
  const label = t.header.unreadElsewhere(count);
  return (
    <button
      type="button"
      className={styles.elsewhere}
      aria-label={label}
      title={label}
      onClick={() => onChooseNumber(fullest.phone_number_id)}
    >
      {t.inbox.unreadBadge(count)}
    </button>
  );
}

/** WhatsApp's judgement of the number, where it is not good: bad news should be seen before it costs. */
function Quality({ rating }: { rating: string | null }) {
  const text = rating === 'YELLOW' ? t.header.qualityMedium : rating === 'RED' ? t.header.qualityLow : null;
  if (text === null) return null;
  return (
    <p className={styles.quality} data-rating={rating}>
      {text}
    </p>
  );
}
