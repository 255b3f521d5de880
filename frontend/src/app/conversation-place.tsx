import { LockKeyhole } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import { Button } from '../components/button';
import { FailureNotice, Notice } from '../components/notice';
import { RowBoundary } from '../components/row-boundary';
import { ChooseTemplate } from '../features/attach/choose-template';
import { ComposerTools } from '../features/attach/composer-tools';
import { StartChatProvider } from '../features/attach/start-chat';
import { Composer, type ComposerHandle } from '../features/composer/composer';
import type { Details } from '../features/details/use-details';
import { useAttendance } from '../features/notifications/use-attendance';
import { useMarkUnread } from '../features/thread/endpoints';
import type { RenderTemplateLink } from '../features/thread/send-trouble';
import { ThreadBar } from '../features/thread/thread-bar';
import { type ThreadHandle, ThreadPane } from '../features/thread/thread-pane';
import { useAtNow, useMediaQuery } from '../hooks/browser';
import { useConversation } from '../hooks/conversations';
import { useRights } from '../hooks/workspace';
import { ApiProblem } from '../lib/api';
import { lazyPart, loadPatiently } from '../lib/lazy-part';
import { isOutOfSight, subscribeSight } from '../lib/out-of-sight';
import { shortcutOf } from '../lib/shortcuts';
import type { Message, Note, PhoneNumber } from '../lib/types';
import { isAboutToClose } from '../lib/service-window';
import { isComposing, isLayerOpen } from '../lib/typing';
import { t } from '../words/en';
import { ConversationLoading } from './conversation-loading';
import styles from './conversation-place.module.css';

const DetailsPane = lazyPart(() => import('../features/details/details-pane'));
const HandlingTools = lazyPart(() => import('../features/handling/handling-tools'));
const HandlingFacts = lazyPart(() => import('../features/handling/handling-facts'));
const ScheduledStrip = lazyPart(() => import('../features/composer/scheduled-strip'));
// For the window's last minutes.
const ClosingSoon = lazyPart(() => import('../features/composer/closing-soon'));
const NoteBubble = lazyPart(() => import('../features/notes/note-bubble'));
const NoteComposer = lazyPart(() => import('../features/notes/note-composer'));
// Nobody misses them: where they do not come, nothing is said.
const WhoIsHere = lazy(() => loadPatiently(() => import('../features/presence/who-is-here')));
const ColleagueTyping = lazy(() => loadPatiently(() => import('../features/presence/colleague-typing')));
// For those who may read alone.
const ReadOnly = lazyPart(() => import('../features/handling/read-only'));
// A rare thing to happen to an open conversation.
const OutOfSight = lazyPart(() => import('./out-of-sight'));

/** Beside a message that came too late for the window. */
const templateLink: RenderTemplateLink = (to) => <ChooseTemplate isLink recipient={to} />;

const noteOf = (note: Note) => <NoteBubble note={note} />;

interface Props {
  id: string;
  messageId: string | null;
  noteId: string | null;
  number: PhoneNumber;
  details: Details;
  onOpenMessage: (messageId: string | null) => void;
  onBack: () => void;
  onResolved: () => void;
}

/** An open conversation: its bar, thread, composer, and details beside it. */
export default function ConversationPlace(props: Props) {
  const { id, messageId, noteId, number, details, onOpenMessage, onBack, onResolved } = props;
  const query = useConversation(id);
  const conversation = query.data;
  const headingId = useId();
  const composer = useRef<ComposerHandle>(null);
  const thread = useRef<ThreadHandle>(null);
  const hasPointer = useMediaQuery('(hover: hover)');
  const reply = useCallback((message: Message) => composer.current?.replyTo(message), []);
  const focusField = useCallback(() => composer.current?.focus(), []);
  const toLastMessage = useCallback(() => thread.current?.focusLast(), []);
  // What is written goes to the customer, or to colleagues.
  const [isNote, setNote] = useState(false);
  const { mutate: markUnread } = useMarkUnread(id, onBack);
  const isGone = useSyncExternalStore(subscribeSight, () => isOutOfSight(id));
  const { mayHandle } = useRights(conversation?.workspace_id ?? '');
  const isClosing = useAtNow((now) => isAboutToClose(conversation?.window_expires_at ?? null, now));
  useAttendance(id);

  // On a phone the keyboard would cover what is to be read.
  const isLoaded = conversation !== undefined;
  useEffect(() => {
    if (isLoaded && hasPointer) composer.current?.focus();
  }, [isLoaded, hasPointer]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isComposing(event) || isLayerOpen()) return;
      const pressed = shortcutOf(event);
      if (pressed === 'Escape') {
        if (!composer.current?.cancelReply()) onBack();
        return;
      }
      if (pressed === 'Alt+U') markUnread();
      else if (pressed === 'Alt+N') setNote((known) => !known);
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [onBack, markUnread]);
  // The field that had the focus is gone; the note's takes it by itself.
  const wasNote = useRef(false);
  useEffect(() => {
    if (wasNote.current && !isNote) composer.current?.focus();
    wasNote.current = isNote;
  }, [isNote]);

  if (isGone)
    return (
      <main className={styles.place} data-pane id="composer" tabIndex={-1}>
        <Suspense>
          <OutOfSight conversationId={id} onBack={onBack} />
        </Suspense>
      </main>
    );
  if (query.isError && !conversation)
    return (
      <main className={styles.place} data-pane id="composer" tabIndex={-1}>
        {query.error instanceof ApiProblem && query.error.status === 404 ? (
          <Notice heading={t.thread.notFound}>
            <Button onClick={onBack}>{t.thread.back}</Button>
          </Notice>
        ) : (
          <FailureNotice error={query.error} onRetry={() => void query.refetch()} />
        )}
      </main>
    );
  if (!conversation) return <ConversationLoading />;
  return (
    <>
      <main className={styles.place}>
        <ThreadBar
          conversation={conversation}
          headingId={headingId}
          company={
            <Suspense>
              <WhoIsHere conversationId={id} />
            </Suspense>
          }
          tools={
            mayHandle && (
              <Suspense>
                <HandlingTools conversation={conversation} onResolved={onResolved} />
              </Suspense>
            )
          }
          areDetailsOpen={details.areOpen}
          onBack={onBack}
          onToggleDetails={details.toggle}
        />
        <StartChatProvider phoneNumberId={conversation.phone_number_id}>
          <ThreadPane
            conversation={conversation}
            headingId={headingId}
            messageId={messageId}
            noteId={noteId}
            renderTemplateLink={templateLink}
            renderNote={noteOf}
            onReply={reply}
            onOpenMessage={onOpenMessage}
            threadRef={thread}
          />
        </StartChatProvider>
        <Suspense>
          <ScheduledStrip conversation={conversation} mayHandle={mayHandle} />
          {isClosing && mayHandle && !isNote && (
            <ClosingSoon expiresAt={conversation.window_expires_at} action={templateLink({ phoneNumberId: conversation.phone_number_id, conversationId: id })} />
          )}
          <ColleagueTyping conversationId={id} place="above" />
        </Suspense>
        {isNote ? (
          <Suspense>
            <NoteComposer id="composer" conversation={conversation} onReply={() => setNote(false)} />
          </Suspense>
        ) : mayHandle ? (
          <Composer
            ref={composer}
            id="composer"
            conversation={conversation}
            onUp={toLastMessage}
            renderTools={(replyToId, onSent) => (
              <>
                <Button
                  kind="icon"
                  className={styles.note}
                  aria-label={t.composer.note}
                  title={t.composer.noteTitle}
                  onClick={() => setNote(true)}
                >
                  <LockKeyhole size={19} />
                </Button>
                <ComposerTools
                  conversation={conversation}
                  replyToId={replyToId}
                  onFocusField={focusField}
                  onSent={onSent}
                />
              </>
            )}
            beside={
              <Suspense>
                <ColleagueTyping conversationId={id} place="below" />
              </Suspense>
            }
            closedAction={
              <>
                <ChooseTemplate
                  recipient={{ phoneNumberId: conversation.phone_number_id, conversationId: conversation.id }}
                />
                <Button title={t.composer.noteTitle} onClick={() => setNote(true)}>
                  {t.composer.note}
                </Button>
              </>
            }
          />
        ) : (
          <Suspense>
            <ReadOnly id="composer" onNote={() => setNote(true)} />
          </Suspense>
        )}
      </main>
      {details.areOpen && (
        <RowBoundary of={conversation}>
          <Suspense>
            <DetailsPane
              conversation={conversation}
              number={number.phone_number_id === conversation.phone_number_id ? number : null}
              handling={
                <HandlingFacts
                  conversation={conversation}
                  onMarkUnread={() => markUnread()}
                  onNote={() => {
                    // What lies over the thread would lie over the field.
                    if (details.isDrawer) details.toggle();
                    setNote(true);
                  }}
                />
              }
              isDrawer={details.isDrawer}
              onOpenMessage={onOpenMessage}
              onClose={details.toggle}
            />
          </Suspense>
        </RowBoundary>
      )}
    </>
  );
}
