import { Suspense } from 'react';
import { Markup } from '../../components/markup';
import { Tick } from '../../components/tick';
import { useServices } from '../../hooks/services';
import type { Message } from '../../lib/types';
import { t } from '../../words/en';
import { BubbleFrame, Meta } from './bubble';
import bubbleStyles from './bubble.module.css';
import { LocalTrouble } from './late-parts';
import { Quote } from './quoted-message';
import quoteStyles from './quoted-message.module.css';
import type { RenderTemplateLink } from './send-trouble';
import type { ThreadRow } from './thread-rows';

interface Props {
  row: Extract<ThreadRow, { kind: 'local' }>;
  customerName: string;
  quoted: Message | undefined;
  renderTemplateLink: RenderTemplateLink;
}

/** A reply on its way to the server. It is on screen in the next frame, and stays until the server has stored it. */
export function LocalBubble({ row, customerName, quoted, renderTemplateLink }: Props) {
  const { outbox } = useServices();
  const { entry } = row;
  return (
    <BubbleFrame isOut startsGroup={row.startsGroup} endsGroup={row.endsGroup}>
      <span className="sr-only">{t.inbox.you}</span>
      {entry.replyTo && (
        <div className={quoteStyles.quote}>
          <Quote message={quoted} customerName={customerName} />
        </div>
      )}
      <div className={bubbleStyles.text}>
        <Markup text={entry.text} />
      </div>
      <Meta time={entry.createdAt}>
        <Tick shape={entry.state === 'refused' ? 'failed' : 'clock'} />
      </Meta>
      <Suspense>
        <LocalTrouble
          entry={entry}
          renderTemplateLink={renderTemplateLink}
          onRetry={() => outbox.retry(entry.clientMessageId)}
          onDelete={() => outbox.discard(entry.clientMessageId)}
        />
      </Suspense>
    </BubbleFrame>
  );
}
