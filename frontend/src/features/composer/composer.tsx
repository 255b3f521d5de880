import { CornerUpLeft, LockKeyhole, SendHorizontal, X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type Ref, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import { Button } from '../../components/button';
import { useNow } from '../../hooks/browser';
import { useDraft } from '../../hooks/draft';
import { useServices } from '../../hooks/services';
import { useSettings } from '../../hooks/settings';
import { useTellTyping } from '../../hooks/tell-typing';
import { useMessage } from '../../hooks/thread-messages';
import { toggleMark } from '../../lib/formatting';
import { newId } from '../../lib/ids';
import { customerName } from '../../lib/names';
import { preview } from '../../lib/preview';
import { serviceWindow } from '../../lib/service-window';
import type { Conversation, Message } from '../../lib/types';
import { isComposing } from '../../lib/typing';
import { t } from '../../messages/en';
import styles from './composer.module.css';

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
  /** What can be done while the window is closed. */
  closedAction: ReactNode;
}

export const TEXT_MAX = 4096;
const COUNTER_FROM = 3900;
const MARKS: Record<string, string> = { KeyB: '*', KeyI: '_' };

/** Where replies are written; outside the 24 hours it says why it is not there. */
export function Composer(props: Props) {
  const { conversation } = props;
  const now = useNow();
  if (serviceWindow(conversation.window_expires_at, now).state === 'closed')
    return <Closed id={props.id} action={props.closedAction} hasHistory={conversation.last_message !== null} />;
  return <Writing {...props} />;
}

function Closed({ id, hasHistory, action }: { id: string; hasHistory: boolean; action: ReactNode }) {
  return (
    <section id={id} className={styles.closed} tabIndex={-1} aria-label={t.composer.closedHeading}>
      <LockKeyhole size={20} aria-hidden />
      <div>
        <p className={styles.closedHeading}>{t.composer.closedHeading}</p>
        <p>{hasHistory ? t.composer.closedDetail : t.composer.neverOpen}</p>
      </div>
      {action}
    </section>
  );
}

function Writing({ ref, id, conversation, onUp, renderTools }: Props) {
  const { outbox } = useServices();
  const { enterSends } = useSettings();
  const { text, replyTo, setText, setReplyTo, clear, gone, keep, isUnkept, lookAgain } = useDraft(conversation);
  const keepButton = useRef<HTMLButtonElement>(null);
  const tellTyping = useTellTyping(conversation.id);
  const field = useRef<HTMLTextAreaElement>(null);
  const [known, setKnown] = useState<Message | undefined>(undefined);
  const quoted = useMessage(replyTo ?? '', known?.id === replyTo ? known : undefined).data;
  useImperativeHandle(ref, () => ({
    focus: () => field.current?.focus(),
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
  const canSend = length > 0 && left >= 0 && gone === 'no';

  const send = () => {
    // What the customer may have already takes a second thought.
    keepButton.current?.focus();
    if (!canSend) return;
    outbox.add({
      clientMessageId: newId(),
      conversationId: conversation.id,
      phoneNumberId: conversation.phone_number_id,
      text: text.trim(),
      replyTo,
      createdAt: new Date().toISOString(),
    });
    clear();
    field.current?.focus();
  };
  const format = (mark: string) => {
    const element = field.current;
    if (!element) return;
    const next = toggleMark({ text, start: element.selectionStart, end: element.selectionEnd }, mark);
    selection.current = [next.start, next.end];
    setText(next.text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    const isCommand = event.ctrlKey || event.metaKey;
    const mark = isCommand && !event.altKey && !event.shiftKey ? MARKS[event.code] : undefined;
    if (event.key === 'Enter' && (enterSends ? !event.shiftKey && !isCommand : isCommand)) send();
    else if (mark !== undefined) format(mark);
    else if (isCommand && event.shiftKey && event.code === 'KeyX') format('~');
    else if (event.key === 'ArrowUp' && text === '' && !event.altKey) onUp();
    else return;
    event.preventDefault();
  };
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
        <button type="button" className={styles.send} disabled={!canSend} aria-label={t.composer.send} onClick={send}>
          <SendHorizontal size={20} aria-hidden />
        </button>
      </div>
      <p className={styles.foot}>
        <span id={`${id}-hint`}>{enterSends ? t.composer.hint : t.composer.hintCommand}</span>
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
