import { Keyboard, LogOut } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../components/button';
import { Logo } from '../components/logo';
import { NumberSelect } from '../features/numbers/number-select';
import { useOnline } from '../hooks/browser';
import type { StreamStatus } from '../lib/live-events';
import type { PhoneNumber } from '../lib/types';
import { t } from '../messages/en';
import styles from './header.module.css';
import { KeyboardHelp } from './keyboard-help';

interface Props {
  label: string;
  numbers: PhoneNumber[];
  number: PhoneNumber | null;
  status: StreamStatus;
  onChooseNumber: (phoneNumberId: string) => void;
  onConnect: () => void;
  onSignOut: () => void;
}

const STATUS_TEXT: Record<StreamStatus, string> = {
  live: t.connection.live,
  connecting: t.connection.connecting,
  unsupported: t.connection.polling,
  down: t.connection.down,
  'signed-out': t.connection.down,
};

export function Header(props: Props) {
  const { label, numbers, number, status, onChooseNumber, onConnect, onSignOut } = props;
  const [isHelpOpen, setHelpOpen] = useState(false);
  const isOnline = useOnline();
  const shown = isOnline ? status : 'down';
  return (
    <header className={styles.header}>
      <Logo size={32} />
      <h1 className={styles.name}>{t.product}</h1>
      {numbers.length > 0 && (
        <NumberSelect
          numbers={numbers}
          value={number?.phone_number_id ?? null}
          onChange={onChooseNumber}
          onConnect={onConnect}
        />
      )}
      <p className={styles.status} data-status={shown} title={isOnline ? STATUS_TEXT[status] : t.connection.offline}>
        <span className={styles.dot} aria-hidden />
        <span className={styles.statusText}>{isOnline ? STATUS_TEXT[status] : t.connection.offline}</span>
      </p>
      <span className={styles.user}>{label}</span>
      <Button
        kind="icon"
        className={styles.help}
        aria-label={t.header.shortcuts}
        title={t.header.shortcuts}
        onClick={() => setHelpOpen(true)}
      >
        <Keyboard size={20} />
      </Button>
      <Button kind="icon" aria-label={t.session.signOut} title={t.session.signOut} onClick={onSignOut}>
        <LogOut size={19} />
      </Button>
      <KeyboardHelp isOpen={isHelpOpen} onOpen={() => setHelpOpen(true)} onClose={() => setHelpOpen(false)} />
    </header>
  );
}
