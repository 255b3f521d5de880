import { CircleAlert } from 'lucide-react';
import { Button } from '../components/button';
import { useResume } from '../features/numbers/endpoints';
import type { PhoneNumber } from '../lib/types';
import { t } from '../words/en';
import styles from './connection-banner.module.css';

interface Props {
  number: PhoneNumber;
  onReconnect: () => void;
}

/** Why a number sends nothing, and what Meta says of it. */
export default function NumberTrouble({ number, onReconnect }: Props) {
  return (
    <>
      {number.status === 'paused' && <Paused number={number} onReconnect={onReconnect} />}
      <Notices number={number} />
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

/** Why replies wait, and the ways on: to try again once it is mended, or, where that is the trouble, a new token. */
function Paused({ number, onReconnect }: Props) {
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
