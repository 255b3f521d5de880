import { Copy, Reply } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { Button } from '../../components/button';
import { Markup } from '../../components/markup';
import { Tick } from '../../components/tick';
import { clockTime, fullTime } from '../../lib/format';
import { tickOf } from '../../lib/status';
import type { Message } from '../../lib/types';
import { t } from '../../messages/en';
import styles from './bubble.module.css';
import { ContentPart, Edited, Marks, showsText } from './content-part';
import { QuotedMessage } from './quoted-message';
import { SendTrouble } from './send-trouble';

interface Props {
  message: Message;
  quoted: Message | undefined;
  startsGroup: boolean;
  endsGroup: boolean;
  wasSentAgain: boolean;
  customerName: string;
  onReply: (message: Message) => void;
  onSendAgain: (message: Message) => void;
  onShow: (message: Message) => void;
}

export const Bubble = memo(function Bubble(props: Props) {
  const { message, quoted, customerName, onReply, onSendAgain, onShow } = props;
  const isOut = message.direction === 'outbound';
  const shape = tickOf(message);
  return (
    <BubbleFrame isOut={isOut} startsGroup={props.startsGroup} endsGroup={props.endsGroup} actions={
      <BubbleActions message={message} onReply={onReply} />
    }>
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
      <SendTrouble message={message} wasSentAgain={props.wasSentAgain} onSendAgain={onSendAgain} />
      {message.reactions.length > 0 && (
        <ul className={styles.reactions}>
          {message.reactions.map((reaction) => (
            <li key={reaction.from} className={styles.reaction}>
              <span aria-hidden>{reaction.emoji}</span>
              <span className="sr-only">
                {t.bubble.reactionFrom(
                  reaction.from === 'customer' ? customerName : t.thread.business,
                  reaction.emoji,
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </BubbleFrame>
  );
});

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

function BubbleActions({ message, onReply }: Pick<Props, 'message' | 'onReply'>) {
  const { text } = message;
  return (
    <span className={styles.actions}>
      {message.wamid && (
        <Button kind="icon" aria-label={t.bubble.reply} title={t.bubble.reply} onClick={() => onReply(message)}>
          <Reply size={17} />
        </Button>
      )}
      {text && (
        <Button
          kind="icon"
          aria-label={t.bubble.copy}
          title={t.bubble.copy}
          onClick={() => void navigator.clipboard?.writeText(text)}
        >
          <Copy size={16} />
        </Button>
      )}
    </span>
  );
}
