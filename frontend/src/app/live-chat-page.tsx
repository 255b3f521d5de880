import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { FailureNotice } from '../components/notice';
import { PassingNotices } from '../components/passing-notice';
import { useNotifications } from '../features/notifications/use-notifications';
import { usePhoneNumbers } from '../features/numbers/endpoints';
import type { Session } from '../features/session/session';
import { useNumberOfConversation } from '../hooks/conversations';
import { ALL_NUMBERS, conversationHref, TEAM, usePlace } from '../hooks/place';
import { useOutbox, useServices } from '../hooks/services';
import { useLiveUpdates } from '../hooks/use-live-updates';
import { useRights } from '../hooks/workspace';
import { base } from '../lib/base';
import { lazyPart, loadPatiently } from '../lib/lazy-part';
import { unsentOf } from '../lib/outbox-entry';
import { getSettings } from '../lib/settings';
import { shortcutOf } from '../lib/shortcuts';
import type { PhoneNumber } from '../lib/types';
import { isComposing, isLayerOpen, isTyping } from '../lib/typing';
import { t } from '../words/en';
import { ConnectionBanner } from './connection-banner';
import { Header } from './header';
import type { Layer } from './layers';
import styles from './live-chat-page.module.css';
import { Panes } from './panes';
import { useKeptFocus } from './use-kept-focus';

interface Props {
  session: Session;
  onSignOut: () => void;
  onSignedOut: () => void;
}

// Seen once: by who has no number yet.
const Layers = lazyPart(() => import('./layers'));
const ConnectNumber = lazyPart(() => import('../features/numbers/connect-number'));
const ActivityPlace = lazyPart(() => import('../features/activity/activity-place'));
const TeamPlace = lazyPart(() => import('../features/team/team-place'));
// Nobody misses it: where it does not come, nothing is said.
const Presence = lazy(() => loadPatiently(() => import('../features/presence/presence')));

/** The page of a signed-in agent: a header, and the chosen number's conversations below it. */
export function LiveChat({ session, onSignOut, onSignedOut }: Props) {
  const { api } = useServices();
  const place = usePlace();
  const numbers = usePhoneNumbers();
  const [layer, setLayer] = useState<Layer | null>(null);
  const ofConversation = useNumberOfConversation(place.conversationId);
  const number = chosen(numbers.data, ofConversation ?? place.phoneNumberId);
  const isOfAll = place.phoneNumberId === ALL_NUMBERS && (numbers.data?.length ?? 0) > 1;
  const { mayHandle } = useRights(number?.workspace_id ?? '');
  const status = useLiveUpdates({
    api,
    tokens: session,
    userId: session.userId,
    phoneNumberId: number?.phone_number_id ?? null,
    conversationId: place.conversationId,
    onSignedOut,
    onEvent: useNotifications(openFromNotification),
  });
  const unread = numbers.data?.reduce((sum, item) => sum + item.unread_count, 0) ?? 0;
  const unsent = unsentOf(useOutbox()).length;
  useEffect(() => {
    document.title = t.title(unread, unsent);
    void import('../features/notifications/badge').then((badge) => badge.showBadge(unread)).catch(() => undefined);
  }, [unread, unsent]);
  useLayerKeys(setLayer);
  useKeptFocus();
  const { namedNumber, correctNumber } = place;
  useEffect(() => {
    if (ofConversation !== null && ofConversation !== namedNumber && !isOfAll) correctNumber(ofConversation);
  }, [ofConversation, namedNumber, correctNumber, isOfAll]);

  const close = useCallback(() => setLayer(null), []);
  return (
    <div className={styles.page}>
      {number && place.conversationId !== null && (
        <a className={styles.skip} href="#composer">
          {t.session.skip}
        </a>
      )}
      <Header
        label={session.label}
        others={session.others}
        numbers={numbers.data ?? []}
        number={number}
        isOfAll={isOfAll}
        status={status}
        mayStart={mayHandle}
        onChooseNumber={place.chooseNumber}
        onConversation={place.openConversation}
        onOpen={setLayer}
        onActivity={place.openActivity}
        onTeam={place.openTeam}
        onSignOut={onSignOut}
      />
      <ConnectionBanner
        status={status}
        number={number}
        updatedAt={numbers.dataUpdatedAt}
        onReconnect={() => setLayer('connect')}
      />
      {place.isTeam && (
        <Suspense fallback={<main className={styles.single}>{t.loading}</main>}>
          <TeamPlace
            path={TEAM}
            numbers={numbers.data ?? []}
            workspaceId={number?.workspace_id ?? null}
            onBack={() => place.openConversation(null)}
          />
        </Suspense>
      )}
      {!place.isTeam && numbers.isError && !numbers.data && (
        <main className={styles.single}>
          <FailureNotice error={numbers.error} onRetry={() => void numbers.refetch()} />
        </main>
      )}
      {!place.isTeam && numbers.isPending && (
        <main className={styles.single}>
          <p role="status">{t.loading}</p>
        </main>
      )}
      {!place.isTeam && numbers.data && !number && (
        <main className={styles.single}>
          <div className={styles.card}>
            <Suspense fallback={<p role="status">{t.loading}</p>}>
              <ConnectNumber onConnected={(connected) => place.chooseNumber(connected.phone_number_id)} />
            </Suspense>
          </div>
        </main>
      )}
      {number &&
        !place.isTeam &&
        (place.isActivity ? (
          <Suspense fallback={<main className={styles.single}>{t.loading}</main>}>
            <ActivityPlace key={number.phone_number_id} number={number} onBack={() => place.openConversation(null)} />
          </Suspense>
        ) : (
          <Panes
            number={number}
            isOfAll={isOfAll}
            onNewChat={() => setLayer('new-chat')}
          />
        ))}
      {layer !== null && (
        <Suspense>
          <Layers
            layer={layer}
            number={number}
            numbers={numbers.data ?? []}
            place={place}
            onOpen={setLayer}
            onClose={close}
            onSignOut={onSignOut}
          />
        </Suspense>
      )}
      {number && (
        <Suspense>
          <Presence conversationId={ofConversation && place.conversationId} onSignedOut={onSignedOut} />
        </Suspense>
      )}
      <PassingNotices />
    </div>
  );
}

function chosen(numbers: PhoneNumber[] | undefined, phoneNumberId: string | null): PhoneNumber | null {
  return numbers?.find((item) => item.phone_number_id === phoneNumberId) ?? numbers?.[0] ?? null;
}

/** A notification outlives the place that it was made in: it goes by the address. */
function openFromNotification(conversationId: string, phoneNumberId: string): void {
  history.pushState(null, '', base + conversationHref(conversationId, phoneNumberId));
}

/** Ctrl or ⌘ + K goes anywhere; `?` tells of all the others. */
function useLayerKeys(open: (layer: Layer) => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isComposing(event) || isLayerOpen()) return;
      const pressed = shortcutOf(event);
      if (pressed === 'Mod+K') open('palette');
      else if (pressed === '?' && !isTyping(event) && getSettings().singleKeys) open('keyboard');
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [open]);
}
