import { WifiOff } from 'lucide-react';
import { Suspense, useEffect, useRef } from 'react';
import { useNow, useOnline, useSettled } from '../hooks/browser';
import { span } from '../lib/format';
import { lazyPart } from '../lib/lazy-part';
import type { StreamStatus } from '../lib/live-events';
import { notify } from '../lib/notices';
import type { PhoneNumber } from '../lib/types';
import { t } from '../words/en';
import styles from './connection-banner.module.css';

interface Props {
  status: StreamStatus;
  number: PhoneNumber | null;
  /** When the server last told of anything, in milliseconds since 1970. */
  updatedAt: number;
  onReconnect: () => void;
}

// Most numbers are well.
const NumberTrouble = lazyPart(() => import('./number-trouble'));

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
      {number && (number.status === 'paused' || number.notices.length > 0) && (
        <Suspense>
          <NumberTrouble number={number} onReconnect={onReconnect} />
        </Suspense>
      )}
    </>
  );
}

function Age({ since }: { since: number }) {
  const now = useNow();
  const minutes = Math.floor((now.getTime() - since) / 60_000);
  if (since === 0 || minutes < 1) return null;
  return t.connection.age(span(minutes));
}
