import { CircleAlert, WifiOff } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '../components/button';
import { useNow, useOnline, useSettled } from '../hooks/browser';
import { span } from '../lib/format';
import type { StreamStatus } from '../lib/live-events';
import { notify } from '../lib/notices';
import type { PhoneNumber } from '../lib/types';
import { t } from '../messages/en';
import styles from './connection-banner.module.css';

interface Props {
  status: StreamStatus;
  number: PhoneNumber | null;
  /** When the server last told of anything, in milliseconds since 1970. */
  updatedAt: number;
  onReconnect: () => void;
}

const PATIENCE_MS = 1500;

/** What keeps messages from coming or going, once it has lasted a moment, and how old all this is. */
export function ConnectionBanner({ status, number, updatedAt, onReconnect }: Props) {
  const isOffline = useSettled(!useOnline(), PATIENCE_MS);
  const isDown = useSettled(status === 'down', PATIENCE_MS);
  const isLive = status === 'live' || status === 'unsupported';
  const isAway = (isOffline || isDown) && !(isLive && !isOffline);
  const wasAway = useRef(false);
  useEffect(() => {
    if (!isAway && wasAway.current && isLive) notify(t.connection.updated);
    if (isAway || isLive) wasAway.current = isAway;
  }, [isAway, isLive]);
  return (
    <>
      <div role="status">
        {isAway && (
          <p className={styles.banner}>
            <WifiOff size={18} aria-hidden />
            <span>
              {isOffline ? t.connection.offlineBanner : t.connection.downBanner} <Age since={updatedAt} />
            </span>
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

function Age({ since }: { since: number }) {
  const now = useNow(10_000);
  const minutes = Math.floor((now.getTime() - since) / 60_000);
  if (since === 0 || minutes < 1) return null;
  return t.connection.age(span(minutes));
}
