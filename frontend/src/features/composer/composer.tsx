import { CornerUpLeft, SendHorizontal, X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type Ref, Suspense, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Button } from '../../components/button';
import { useNow } from '../../hooks/browser';
import { useMessage } from '../../hooks/message';
import { useServices } from '../../hooks/services';
import { useSettings } from '../../hooks/settings';
import { clock } from '../../lib/clock';
import { lazyPart } from '../../lib/lazy-part';
import { preview } from '../../lib/message/preview';
import { customerName } from '../../lib/names';
import { newReply } from '../../lib/new-reply';
import { serviceWindow } from '../../lib/service-window';
import type { Conversation, Message } from '../../lib/types';
import { isComposing } from '../../lib/typing';
import { filesOutlet, subscribeUnsentFiles } from '../../lib/unsent-files';
import { t } from '../../words/en';
import styles from './composer.module.css';
import type { Selected } from './formatting';
import { typeIn } from './type-in';
import { unfilledIn } from './unfilled';
import { useDraft } from './use-draft';
import { useTellTyping } from './use-tell-typing';

export interface ComposerHandle {
  focus: () => void;
  replyTo: (message: Message) => void;
  /** Whether there was a quote, which is now gone. */
  cancelReply: () => boolean;
}

interface Props {
  ref?: Ref<ComposerHandle>;
  id: string;
  conversation: Conversation;
  /** ↑ in an empty field. */
  onUp: () => void;
  /** Beside the field: ways to send more than text. The first message that goes out takes the quote along. */
  renderTools: (replyToId: string | null, onSent: () => void) => ReactNode;
  /** Below the field, beside how it is used. */
  beside?: ReactNode;
  /** What can be done while the window is closed. */
  closedAction: ReactNode;
}

export const TEXT_MAX = 4096;
const COUNTER_FROM = 3900;

// For who writes to somebody that has not written for a day.
const Closed = lazyPart(() => import('./closed'));
const WritingAids = lazyPart(() => import('./writing-aids'));
const SendAndResolve = lazyPart(() => import('./send-and-resolve'));

/** Where replies are written; outside the 24 hours it says why it is not there, and keeps what was begun. */
export function Composer(props: Props) {
  const { window_expires_at: expiresAt } = props.conversation;
  // Told at that moment, not at the clock's next tick: whoever writes should not write in vain.
  useEffect(() => clock.tickAt(expiresAt), [expiresAt]);
  return <Writing {...props} isClosed={serviceWindow(expiresAt, useNow()).state === 'closed'} />;
}

function Writing({ ref, id, conversation, onUp, renderTools, beside, closedAction, isClosed }: Props & { isClosed: boolean }) {
  const { outbox } = useServices();
  const { enterSends } = useSettings();
  const { text, replyTo, setText, setReplyTo, clear, gone, keep, isUnkept, lookAgain } = useDraft(conversation);
  const keepButton = useRef<HTMLButtonElement>(null);
  const tellTyping = useTellTyping(conversation.id);
  const field = useRef<HTMLTextAreaElement>(null);
  const [hasPreview, setPreview] = useState(true);
  const [known, setKnown] = useState<Message | undefined>(undefined);
  const quoted = useMessage(replyTo ?? '', known?.id === replyTo ? known : undefined).data;
  useImperativeHandle(ref, () => ({
    focus: () => (field.current ?? document.getElementById(id))?.focus(),
    replyTo: (message) => {
      setKnown(message);
      setReplyTo(message.id);
      field.current?.focus();
    },
    cancelReply: () => {
      if (replyTo !== null) setReplyTo(null);
      return replyTo !== null;
    },
  }));
  // After formatting: where the selection was, in the new text.
  const selection = useRef<[number, number] | null>(null);
  useLayoutEffect(() => {
    if (selection.current) field.current?.setSelectionRange(...selection.current);
    selection.current = null;
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [text]);

  const name = customerName(conversation);
  // As WhatsApp counts, and the server: in UTF-16 units.
  const length = text.trim().length;
  const left = TEXT_MAX - length;
  // With files in the tray both go: what is written is their caption.
  const sendFiles = useSyncExternalStore(subscribeUnsentFiles, () => filesOutlet(conversation.id));
  // Of a canned reply: what nobody has filled goes to no customer.
  const unfilled = unfilledIn(text);
  const canSend = (length > 0 || sendFiles !== null) && left >= 0 && gone === 'no';

  /** With the message that the agent has seen as the last: the conversation is resolved, too. */
  const send = (resolvesAfter?: string | null) => {
    // What the customer may have already takes a second thought.
    keepButton.current?.focus();
    if (!canSend) return;
    if (unfilled !== null) {
      field.current?.focus();
      field.current?.setSelectionRange(...unfilled);
      return;
    }
    if (sendFiles !== null) sendFiles(text, replyTo);
    else
      outbox.add({
        ...newReply(conversation, text.trim(), replyTo),
        ...(hasPreview ? {} : { noPreview: true }),
        ...(resolvesAfter !== undefined && { resolvesAfter }),
      });
    setPreview(true);
    clear();
    tellTyping('');
    field.current?.focus();
  };
  const edit = (next: Selected) => {
    selection.current = [next.start, next.end];
    if (next.text === text || !typeIn(field.current, next.text)) setText(next.text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // What helps with writing has taken it.
    if (isComposing(event) || event.defaultPrevented) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (event.key === 'Enter' && !event.shiftKey && isCommand !== enterSends) send();
    else if (event.key === 'ArrowUp' && text === '' && !event.altKey) onUp();
    else return;
    event.preventDefault();
  };
  if (isClosed)
    return (
      <Suspense>
        <Closed id={id} hasHistory={conversation.last_message !== null} text={text} action={closedAction} onDiscard={clear} />
      </Suspense>
    );
  return (
    <div className={styles.composer}>
      {gone === 'yes' && (
        <div role="alert" className={styles.gone}>
          <span>{t.composer.goneDetail}</span>
          <Button
            ref={keepButton}
            onClick={() => {
              keep();
              field.current?.focus();
            }}
          >
            {t.composer.goneKeep}
          </Button>
          <Button
            onClick={() => {
              clear();
              field.current?.focus();
            }}
          >
            {t.composer.goneDiscard}
          </Button>
        </div>
      )}
      {replyTo !== null && (
        <div className={styles.reply}>
          <CornerUpLeft size={16} aria-hidden />
          <div className={styles.quote}>
            <bdi className={styles.quoteName}>
              {t.composer.replyingTo(quoted?.direction === 'outbound' ? t.thread.business : name)}
            </bdi>
            <bdi className={styles.quoteText}>{quoted ? preview(quoted) : t.bubble.quoteMissing}</bdi>
          </div>
          <Button kind="icon" aria-label={t.composer.cancelReply} onClick={() => setReplyTo(null)}>
            <X size={18} />
          </Button>
        </div>
      )}
      <div className={styles.row}>
        {renderTools(replyTo, () => setReplyTo(null))}
        <Suspense fallback={<span className={styles.aids} />}>
          <WritingAids
            field={field}
            text={text}
            onEdit={edit}
            hasPreview={hasPreview}
            onPreview={setPreview}
            isText={sendFiles === null}
            conversation={conversation}
            replyTo={replyTo}
            onKept={() => {
              setPreview(true);
              clear();
            }}
          />
        </Suspense>
        {/* The copy behind the field has the text's height, and so has the field. */}
        <div className={styles.grow} data-text={text}>
          <textarea
            ref={field}
            id={id}
            className={styles.field}
            rows={1}
            dir="auto"
            aria-label={t.composer.label(name)}
            aria-describedby={`${id}-hint`}
            placeholder={t.composer.placeholder}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              tellTyping(event.target.value);
            }}
            onKeyDown={onKeyDown}
            onBlur={lookAgain}
          />
        </div>
        <button type="button" className={styles.send} disabled={!canSend} aria-label={t.composer.send} onClick={() => send()}>
          <SendHorizontal size={20} aria-hidden />
        </button>
        <Suspense fallback={<span className={styles.more} />}>
          <SendAndResolve field={field} conversation={conversation} canSend={canSend} hasFiles={sendFiles !== null} onSend={send} />
        </Suspense>
      </div>
      <p className={styles.foot}>
        <span id={`${id}-hint`}>{enterSends ? t.composer.hint : t.composer.hintCommand}</span>
        {unfilled !== null && <span role="status">{t.composer.unfilled}</span>}
        {beside}
        {isUnkept && <span role="status">{t.composer.notKept}</span>}
        {length >= COUNTER_FROM && (
          <span role="status" className={styles.counter} data-over={left < 0 || undefined}>
            {t.composer.left(left)}
          </span>
        )}
      </p>
    </div>
  );
}
