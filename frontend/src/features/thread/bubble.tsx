import { Copy, Reply, SmilePlus } from 'lucide-react';
import { memo, type KeyboardEvent, type ReactNode, Suspense } from 'react';
import { Button } from '../../components/button';
import { Markup } from '../../components/markup';
import { Tick } from '../../components/tick';
import { copyText } from '../../lib/clipboard';
import { clockTime, fullTime } from '../../lib/format';
import { lazyPart } from '../../lib/lazy-part';
import { shorten } from '../../lib/shorten';
import { tickOf } from '../../lib/status';
import type { Message } from '../../lib/types';
import { t } from '../../messages/en';
import styles from './bubble.module.css';
import { ContentPart, Edited, Marks, showsText } from './content-part';
import { QuotedMessage } from './quoted-message';
import { SendTrouble } from './send-trouble';
import { type Stillness, useOnceStill } from './stillness';

const ReactionPicker = lazyPart(async () => ({ default: (await import('./reaction-picker')).ReactionPicker }));

interface Props {
  message: Message;
  phoneNumberId: string;
  quoted: Message | undefined;
  startsGroup: boolean;
  endsGroup: boolean;
  wasSentAgain: boolean;
  isReacting: boolean;
  canReact: boolean;
  customerName: string;
  stillness: Stillness;
  onReply: (message: Message) => void;
  onReact: (message: Message, emoji: string) => void;
  onReacting: (messageId: string | null) => void;
  onSendAgain: (message: Message) => void;
  onDismiss: (message: Message) => void;
  onShow: (message: Message) => void;
}

export const Bubble = memo(function Bubble(props: Props) {
  const { message, quoted, customerName, onSendAgain, onShow } = props;
  const isOut = message.direction === 'outbound';
  const shape = tickOf(message);
  return (
    <BubbleFrame
      isOut={isOut}
      startsGroup={props.startsGroup}
      endsGroup={props.endsGroup}
      actions={<BubbleActions {...props} />}
    >
      <span className="sr-only">{isOut ? t.inbox.you : `${customerName}: `}</span>
      <Marks message={message} />
      {message.reply_to && (
        <QuotedMessage id={message.reply_to} loaded={quoted} customerName={customerName} onShow={onShow} />
      )}
      <ContentPart message={message} customerName={customerName} />
      {message.text && showsText(message) && (
        <div className={styles.text}>
          <Markup text={message.text} />
        </div>
      )}
      <Meta time={message.timestamp}>
        <Edited message={message} />
        {shape && <Tick shape={shape} />}
      </Meta>
      <SendTrouble
        message={message}
        phoneNumberId={props.phoneNumberId}
        wasSentAgain={props.wasSentAgain}
        onSendAgain={onSendAgain}
        onDismiss={props.onDismiss}
      />
      {message.reactions.length > 0 && <Reactions reactions={message.reactions} customerName={customerName} />}
    </BubbleFrame>
  );
});

const MOST_REACTIONS = 6;

/** In a group any number of people react: each emoji once, with how often, and no more of them than there is room for. */
function Reactions({ reactions, customerName }: { reactions: Message['reactions']; customerName: string }) {
  const counted = new Map<string, { from: string; emoji: string; count: number }>();
  for (const { from, emoji } of reactions) {
    const known = counted.get(`${from} ${emoji}`);
    if (known) known.count += 1;
    else counted.set(`${from} ${emoji}`, { from, emoji: shorten(emoji, 16), count: 1 });
  }
  const shown = [...counted].slice(0, MOST_REACTIONS);
  return (
    <ul className={styles.reactions}>
      {shown.map(([key, { from, emoji, count }]) => (
        <li key={key} className={styles.reaction}>
          <span aria-hidden>{count > 1 ? `${emoji} ${count}` : emoji}</span>
          <span className="sr-only">
            {t.bubble.reactionFrom(from === 'customer' ? customerName : t.thread.business, emoji)}
          </span>
        </li>
      ))}
      {counted.size > shown.length && <li className={styles.reaction}>+{counted.size - shown.length}</li>}
    </ul>
  );
}

export function BubbleFrame(props: {
  isOut: boolean;
  startsGroup: boolean;
  endsGroup: boolean;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div
      className={styles.line}
      data-side={props.isOut ? 'out' : 'in'}
      data-starts={props.startsGroup || undefined}
      data-ends={props.endsGroup || undefined}
    >
      <div className={styles.bubble}>{props.children}</div>
      {props.actions}
    </div>
  );
}

export function Meta({ time, children }: { time: string; children: ReactNode }) {
  return (
    <span className={styles.meta}>
      <time dateTime={time} title={fullTime(time)}>
        {clockTime(time)}
      </time>
      {children}
    </span>
  );
}

/** Left and right move between the buttons: none of them is a stop of its own on the way through the page. */
function moveAmong(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const isRtl = getComputedStyle(event.currentTarget).direction === 'rtl';
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement) + (isRtl ? -step : step);
  buttons[(at + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
}

/** A third of a bubble's elements, and nobody uses them while they fly by: their room is kept until it stands still. */
function BubbleActions(props: Props) {
  const { message, isReacting, canReact, stillness, onReply, onReact, onReacting } = props;
  const { text, wamid } = message;
  const isDue = useOnceStill(stillness);
  if (!isDue)
    return (
      <span className={styles.actions}>
        {canReact && <i />}
        {wamid && <i />}
        {text && <i />}
      </span>
    );
  return (
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
          aria-expanded={isReacting}
          onClick={() => onReacting(isReacting ? null : message.id)}
        >
          <SmilePlus size={17} />
        </Button>
      )}
      {wamid && (
        <Button
          kind="icon"
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
          tabIndex={-1}
          aria-label={t.bubble.copy}
          title={t.bubble.copy}
          onClick={() => void copyText(text)}
        >
          <Copy size={16} />
        </Button>
      )}
      {isReacting && (
        <Suspense>
          <ReactionPicker
            mine={message.reactions.find((reaction) => reaction.from === 'business')?.emoji ?? null}
            onPick={(emoji) => {
              onReacting(null);
              onReact(message, emoji);
            }}
            onClose={() => onReacting(null)}
          />
        </Suspense>
      )}
    </span>
  );
}
