import { CircleAlert, WifiOff } from 'lucide-react';
import { Button } from '../components/button';
import { useOnline, useSettled } from '../hooks/browser';
import type { StreamStatus } from '../lib/live-events';
import type { PhoneNumber } from '../lib/types';
import { t } from '../messages/en';
import styles from './connection-banner.module.css';

interface Props {
  status: StreamStatus;
  number: PhoneNumber | null;
  onReconnect: () => void;
}

const PATIENCE_MS = 1500;

/** What keeps messages from coming or going, once it has lasted a moment. */
export function ConnectionBanner({ status, number, onReconnect }: Props) {
  const isOffline = useSettled(!useOnline(), PATIENCE_MS);
  const isDown = useSettled(status === 'down', PATIENCE_MS * 2);
  const trouble = isOffline ? t.connection.offlineBanner : isDown ? t.connection.downBanner : null;
  return (
    <>
      <div role="status">
        {trouble && (
          <p className={styles.banner}>
            <WifiOff size={18} aria-hidden />
            <span>{trouble}</span>
          </p>
        )}
      </div>
      {number?.status === 'paused' && (
        <div role="alert" className={styles.banner}>
          <CircleAlert size={18} aria-hidden />
          <span>{t.connection.pausedBanner}</span>
          <Button onClick={onReconnect}>{t.connection.reconnectNumber}</Button>
        </div>
      )}
    </>
  );
}
