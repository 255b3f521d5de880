import { memo, type ReactNode, Suspense } from 'react';
import { Markup } from '../../components/markup';
import { Tick } from '../../components/tick';
import { useServices } from '../../hooks/services';
import { clockTime, fullTime } from '../../lib/format';
import { colleagueOf } from '../../lib/message/sender';
import { tickOf } from '../../lib/status';
import type { Message } from '../../lib/types';
import { t } from '../../words/en';
import styles from './bubble.module.css';
import { ContentPart, Edited, Marks, showsText } from './content-part';
import { isEmojiOnly } from './emoji-only';
import { BubbleActions, Reactions, SendTrouble } from './late-parts';
import { QuotedMessage } from './quoted-message';
import type { RenderTemplateLink } from './send-trouble';
import { type Stillness, useOnceStill } from './stillness';

export interface BubbleProps {
  message: Message;
  phoneNumberId: string;
  quoted: Message | undefined;
  startsGroup: boolean;
  endsGroup: boolean;
  wasSentAgain: boolean;
  isReacting: boolean;
  canReact: boolean;
  canReply: boolean;
  customerName: string;
  stillness: Stillness;
  renderTemplateLink: RenderTemplateLink;
  onReply: (message: Message) => void;
  onReact: (message: Message, emoji: string) => void;
  onReacting: (messageId: string | null) => void;
  onSendAgain: (message: Message) => void;
  onDismiss: (message: Message) => void;
  onShow: (message: Message) => void;
}

export const Bubble = memo(function Bubble(props: BubbleProps) {
  const { message, quoted, customerName, onSendAgain, onShow } = props;
  const { userId } = useServices();
  const isOut = message.direction === 'outbound';
  const colleague = colleagueOf(message, userId);
  const shape = tickOf(message);
  return (
    <BubbleFrame
      isOut={isOut}
      startsGroup={props.startsGroup}
      endsGroup={props.endsGroup}
      actions={<Actions {...props} />}
    >
      <span className="sr-only">{isOut && !colleague ? t.inbox.you : `${colleague ?? customerName}: `}</span>
      {colleague && props.startsGroup && (
        <bdi className={styles.colleague} aria-hidden>
          {colleague}
        </bdi>
      )}
      <Marks message={message} />
      {message.reply_to && (
        <QuotedMessage id={message.reply_to} loaded={quoted} customerName={customerName} onShow={onShow} />
      )}
      <ContentPart message={message} customerName={customerName} />
      {message.text && showsText(message) && (
        <div className={styles.text} data-emoji={isEmojiOnly(message.text) || undefined}>
          <Markup text={message.text} />
        </div>
      )}
      <Meta time={message.timestamp}>
        <Edited message={message} />
        {shape && <Tick shape={shape} />}
      </Meta>
      {(message.status === 'failed' || message.status === 'unknown') && (
        <Suspense>
          <SendTrouble
            message={message}
            phoneNumberId={props.phoneNumberId}
            wasSentAgain={props.wasSentAgain}
            renderTemplateLink={props.renderTemplateLink}
            onSendAgain={onSendAgain}
            onDismiss={props.onDismiss}
          />
        </Suspense>
      )}
      {message.reactions.length > 0 && (
        <Suspense>
          <Reactions reactions={message.reactions} customerName={customerName} />
        </Suspense>
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

/**
 * The buttons are a third of a bubble's elements, and nobody uses them while the thread is scrolled. Until it stands
 * still only their room is kept.
 */
function Actions(props: BubbleProps) {
  const isDue = useOnceStill(props.stillness);
  const room = (
    <span className={styles.actions}>
      {props.canReact && <i data-action="react" />}
      {props.canReply && <i data-action="reply" />}
      {props.message.text && <i data-action="copy" />}
      <i data-action="more" />
    </span>
  );
  if (!isDue) return room;
  return (
    <Suspense fallback={room}>
      <BubbleActions {...props} />
    </Suspense>
  );
}
