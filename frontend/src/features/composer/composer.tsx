import { CornerUpLeft, LockKeyhole, SendHorizontal, X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type Ref, useImperativeHandle, useRef } from 'react';
import { Button } from '../../components/button';
import { useNow } from '../../hooks/browser';
import { useDraft } from '../../hooks/draft';
import { useServices } from '../../hooks/services';
import { newId } from '../../lib/ids';
import { customerName } from '../../lib/names';
import { preview } from '../../lib/preview';
import { serviceWindow } from '../../lib/service-window';
import type { Conversation, Message } from '../../lib/types';
import { t } from '../../messages/en';
import styles from './composer.module.css';

export interface ComposerHandle {
  focus: () => void;
}

interface Props {
  ref?: Ref<ComposerHandle>;
  id: string;
  conversation: Conversation;
  replyTo: Message | null;
  onCancelReply: () => void;
  /** Beside the field: ways to send more than text. The first message that goes out takes the quote along. */
  renderTools: (replyToId: string | null, onSent: () => void) => ReactNode;
  /** What can be done while the window is closed. */
  closedAction: ReactNode;
}

export const TEXT_MAX = 4096;
const COUNTER_FROM = 3900;

/** Where replies are written; outside the 24 hours it says why it is not there. */
export function Composer(props: Props) {
  const { conversation } = props;
  const now = useNow();
  if (serviceWindow(conversation.window_expires_at, now).state === 'closed')
    return <Closed id={props.id} action={props.closedAction} wasOpen={conversation.last_message?.direction === 'inbound' || conversation.last_message_time !== null} />;
  return <Writing {...props} />;
}

function Closed({ id, wasOpen, action }: { id: string; wasOpen: boolean; action: ReactNode }) {
  return (
    <section id={id} className={styles.closed} tabIndex={-1}>
      <LockKeyhole size={20} aria-hidden />
      <div>
        <p className={styles.closedHeading}>{t.composer.closedHeading}</p>
        <p>{wasOpen ? t.composer.closedDetail : t.composer.neverOpen}</p>
      </div>
      {action}
    </section>
  );
}

function Writing({ ref, id, conversation, replyTo, onCancelReply, renderTools }: Props) {
  const { outbox, userId } = useServices();
  const [text, setText] = useDraft(userId, conversation.id);
  const field = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus() }));
  const name = customerName(conversation);
  // As WhatsApp counts, and the server: in UTF-16 units.
  const length = text.trim().length;
  const left = TEXT_MAX - length;
  const canSend = length > 0 && left >= 0;

  const send = () => {
    if (!canSend) return;
    outbox.add({
      clientMessageId: newId(),
      conversationId: conversation.id,
      phoneNumberId: conversation.phone_number_id,
      text: text.trim(),
      replyTo: replyTo?.id ?? null,
      createdAt: new Date().toISOString(),
    });
    setText('');
    onCancelReply();
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that ends the choice of an input method's word is not meant for us.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  };
  return (
    <div className={styles.composer}>
      {replyTo && (
        <div className={styles.reply}>
          <CornerUpLeft size={16} aria-hidden />
          <div className={styles.quote}>
            <bdi className={styles.quoteName}>
              {t.composer.replyingTo(replyTo.direction === 'inbound' ? name : t.thread.business)}
            </bdi>
            <bdi className={styles.quoteText}>{preview(replyTo)}</bdi>
          </div>
          <Button kind="icon" aria-label={t.composer.cancelReply} onClick={onCancelReply}>
            <X size={18} />
          </Button>
        </div>
      )}
      <div className={styles.row}>
        {renderTools(replyTo?.id ?? null, onCancelReply)}
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
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
          />
        </div>
        <button type="button" className={styles.send} disabled={!canSend} aria-label={t.composer.send} onClick={send}>
          <SendHorizontal size={20} aria-hidden />
        </button>
      </div>
      <p className={styles.foot}>
        <span id={`${id}-hint`}>{t.composer.hint}</span>
        {length >= COUNTER_FROM && (
          <span role="status" className={styles.counter} data-over={left < 0 || undefined}>
            {t.composer.left(left)}
          </span>
        )}
      </p>
    </div>
  );
}
