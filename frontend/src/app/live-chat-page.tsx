import { useCallback, useEffect, useState } from 'react';
import { ConnectNumber } from '../features/numbers/connect-number';
import type { Session } from '../features/session/session';
import { FailureNotice } from '../components/notice';
import { useLiveUpdates } from '../hooks/live-updates';
import { usePhoneNumbers } from '../hooks/phone-numbers';
import { usePlace } from '../hooks/place';
import { useServices } from '../hooks/services';
import type { PhoneNumber } from '../lib/types';
import { t } from '../messages/en';
import { ConnectDialog } from './connect-dialog';
import { ConnectionBanner } from './connection-banner';
import { Header } from './header';
import styles from './live-chat-page.module.css';
import { Workspace } from './workspace';

interface Props {
  session: Session;
  onSignOut: () => void;
  onSignedOut: () => void;
}

/** The page of a signed-in agent: a header, and the chosen number's conversations below it. */
export function LiveChat({ session, onSignOut, onSignedOut }: Props) {
  const { api } = useServices();
  const place = usePlace();
  const numbers = usePhoneNumbers();
  const [isConnecting, setConnecting] = useState(false);
  const number = chosen(numbers.data, place.phoneNumberId);
  const status = useLiveUpdates({
    api,
    tokens: session,
    userId: session.userId,
    phoneNumberId: number?.phone_number_id ?? null,
    conversationId: place.conversationId,
    onSignedOut,
  });
  const unread = numbers.data?.reduce((sum, item) => sum + item.unread_count, 0) ?? 0;
  useEffect(() => {
    document.title = t.title(unread);
  }, [unread]);

  const { chooseNumber } = place;
  const onConnected = useCallback(
    (connected: PhoneNumber) => {
      setConnecting(false);
      chooseNumber(connected.phone_number_id);
    },
    [chooseNumber],
  );
  return (
    <div className={styles.page}>
      {place.conversationId !== null && (
        <a className={styles.skip} href="#composer">
          {t.session.skip}
        </a>
      )}
      <Header
        label={session.label}
        numbers={numbers.data ?? []}
        number={number}
        status={status}
        onChooseNumber={chooseNumber}
        onConnect={() => setConnecting(true)}
        onSignOut={onSignOut}
      />
      <ConnectionBanner status={status} number={number} onReconnect={() => setConnecting(true)} />
      {numbers.isError && !numbers.data && (
        <main className={styles.single}>
          <FailureNotice error={numbers.error} onRetry={() => void numbers.refetch()} />
        </main>
      )}
      {numbers.isPending && (
        <main className={styles.single}>
          <p role="status">{t.loading}</p>
        </main>
      )}
      {numbers.data && !number && (
        <main className={styles.single}>
          <div className={styles.card}>
            <ConnectNumber onConnected={onConnected} />
          </div>
        </main>
      )}
      {number && <Workspace key={number.phone_number_id} number={number} />}
      {isConnecting && <ConnectDialog onConnected={onConnected} onClose={() => setConnecting(false)} />}
    </div>
  );
}

function chosen(numbers: PhoneNumber[] | undefined, phoneNumberId: string | null): PhoneNumber | null {
  return numbers?.find((item) => item.phone_number_id === phoneNumberId) ?? numbers?.[0] ?? null;
}
