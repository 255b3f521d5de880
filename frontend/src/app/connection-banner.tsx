import { CircleAlert, WifiOff } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '../components/button';
import { useResume } from '../features/numbers/endpoints';
import { useNow, useOnline, useSettled } from '../hooks/browser';
import { span } from '../lib/format';
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
      {number?.status === 'paused' && <Paused number={number} onReconnect={onReconnect} />}
      {number && <Notices number={number} />}
    </>
  );
}

/** What Meta says of the number: the gravest in the open, the others behind a line. A phone has little room. */
function Notices({ number }: { number: PhoneNumber }) {
  const notices = number.notices
    .filter((notice) => notice.severity !== 'info' && notice.code !== 'paused')
    .toSorted((a, b) => Number(b.severity === 'critical') - Number(a.severity === 'critical'));
  const shown = number.status === 'paused' ? 0 : 1;
  const [first, others] = [notices.slice(0, shown), notices.slice(shown)];
  return (
    <>
      {first.map((notice) => (
        <p key={notice.code} role="status" className={styles.banner}>
          <NoticeText notice={notice} />
        </p>
      ))}
      {others.length > 0 && (
        <details className={styles.others}>
          <summary>{t.connection.moreNotices(others.length)}</summary>
          <ul>
            {others.map((notice) => (
              <li key={`${notice.code}-${notice.since}`} className={styles.banner}>
                <NoticeText notice={notice} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function NoticeText({ notice }: { notice: PhoneNumber['notices'][number] }) {
  return (
    <>
      <CircleAlert size={18} aria-hidden />
      <span>
        <strong>{notice.title}.</strong> {notice.detail}
      </span>
    </>
  );
}

function Age({ since }: { since: number }) {
  const now = useNow();
  const minutes = Math.floor((now.getTime() - since) / 60_000);
  if (since === 0 || minutes < 1) return null;
  return t.connection.age(span(minutes));
}

/** Why replies wait, and the ways on: to try again once it is mended, or, where that is the trouble, a new token. */
function Paused({ number, onReconnect }: { number: PhoneNumber; onReconnect: () => void }) {
  const resume = useResume();
  const reason = number.paused_reason;
  const notice = number.notices.find(({ code }) => code === 'paused');
  return (
    <div role="alert" className={styles.banner}>
      <CircleAlert size={18} aria-hidden />
      <span>
        {notice ? (
          <>
            <strong>{notice.title}.</strong> {notice.detail}
          </>
        ) : (
          t.connection.pausedBanner
        )}
        {reason?.code != null && ` (${t.bubble.failedCode(reason.code)})`}
      </span>
      <Button disabled={resume.isPending} onClick={() => resume.mutate(number.phone_number_id)}>
        {t.connection.resume}
      </Button>
      {reason?.needs_token && <Button onClick={onReconnect}>{t.connection.reconnectNumber}</Button>}
    </div>
  );
}
