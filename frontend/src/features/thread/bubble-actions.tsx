import { Copy, Ellipsis, Reply, SmilePlus } from 'lucide-react';
import { type KeyboardEvent, Suspense, useState } from 'react';
import { Button } from '../../components/button';
import { copyText } from '../../lib/clipboard';
import { lazyPart } from '../../lib/lazy-part';
import { isComposing } from '../../lib/typing';
import { t } from '../../words/en';
import type { BubbleProps } from './bubble';
import styles from './bubble.module.css';
import { ReactionPicker } from './reaction-picker';

const MessageDialog = lazyPart(() => import('./message-dialog'));

/** The arrow keys move between the buttons. None of them is a stop of the Tab key. */
function moveAmong(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0 || isComposing(event)) return;
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const isRtl = getComputedStyle(event.currentTarget).direction === 'rtl';
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement) + (isRtl ? -step : step);
  buttons[(at + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
}

/** The buttons beside a bubble: the most frequent actions, and one that opens all others. */
export default function BubbleActions(props: BubbleProps) {
  const { message, isReacting, canReact, canReply, onReply, onReact, onReacting } = props;
  const { text } = message;
  const [isMore, setMore] = useState(false);
  return (
    <>
    <span
      className={styles.actions}
      data-actions
      data-layer={isReacting || undefined}
      role="toolbar"
      tabIndex={-1}
      aria-label={t.bubble.actions}
      onKeyDown={moveAmong}
    >
      {canReact && (
        <Button
          kind="icon"
          tabIndex={-1}
          aria-label={t.bubble.react}
          title={t.bubble.react}
          data-action="react"
          aria-expanded={isReacting}
          onClick={() => onReacting(isReacting ? null : message.id)}
        >
          <SmilePlus size={17} />
        </Button>
      )}
      {canReply && (
        <Button
          kind="icon"
          data-action="reply"
          tabIndex={-1}
          aria-label={t.bubble.reply}
          title={t.bubble.reply}
          onClick={() => onReply(message)}
        >
          <Reply size={17} />
        </Button>
      )}
      {text && (
        <Button
          kind="icon"
          data-action="copy"
          tabIndex={-1}
          aria-label={t.bubble.copy}
          title={t.bubble.copy}
          onClick={() => void copyText(text)}
        >
          <Copy size={16} />
        </Button>
      )}
      <Button
        kind="icon"
        data-action="more"
        tabIndex={-1}
        aria-label={t.bubble.more}
        title={t.bubble.more}
        aria-haspopup="dialog"
        onClick={() => setMore(true)}
      >
        <Ellipsis size={17} />
      </Button>
      {isReacting && (
        <ReactionPicker
          mine={message.reactions.find((reaction) => reaction.from === 'business')?.emoji ?? null}
          onPick={(emoji) => {
            onReacting(null);
            onReact(message, emoji);
          }}
          onClose={() => onReacting(null)}
        />
      )}
    </span>
    {isMore && (
      <Suspense>
        <MessageDialog
          message={message}
          phoneNumberId={props.phoneNumberId}
          customerName={props.customerName}
          onReact={canReact ? () => onReacting(message.id) : null}
          onClose={() => setMore(false)}
        />
      </Suspense>
    )}
    </>
  );
}
