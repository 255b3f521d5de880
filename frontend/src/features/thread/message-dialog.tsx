import { Copy, Forward, SmilePlus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '../../components/button';
import { Dialog } from '../../components/dialog';
import { DialogBar } from '../../components/dialog-bar';
import { copyText } from '../../lib/clipboard';
import { fullTime } from '../../lib/format';
import { lookUp } from '../../lib/lookup';
import { preview } from '../../lib/message/preview';
import type { Message } from '../../lib/types';
import { t } from '../../words/en';
import { m } from '../../words/message-en';
import { forwardable } from './forward';
import { ForwardTo } from './forward-to';
import styles from './message-dialog.module.css';

interface Props {
  message: Message;
  phoneNumberId: string;
  customerName: string;
  /** Null if the message cannot be reacted to. */
  onReact: (() => void) | null;
  onClose: () => void;
}

/** All that is known of a message, and the actions that are rarer than those beside its bubble. */
export default function MessageDialog({ message, phoneNumberId, customerName, onReact, onClose }: Props) {
  const [isForwarding, setForwarding] = useState(false);
  const { text } = message;
  if (isForwarding)
    return (
      <Dialog label={m.forwardHeading} onClose={onClose}>
        <DialogBar heading={m.forwardHeading} onClose={onClose} />
        <ForwardTo message={message} phoneNumberId={phoneNumberId} onClose={onClose} />
      </Dialog>
    );
  return (
    <Dialog label={m.heading} onClose={onClose}>
      <DialogBar heading={m.heading} onClose={onClose} />
      <p className={styles.preview}>
        <bdi>{preview(message)}</bdi>
      </p>
      <Facts message={message} customerName={customerName} />
      <div className={styles.actions}>
        {forwardable(message) && (
          <Button onClick={() => setForwarding(true)}>
            <Forward size={17} aria-hidden /> {m.forward}
          </Button>
        )}
        {text && (
          <Button onClick={() => void copyText(text)}>
            <Copy size={16} aria-hidden /> {t.bubble.copy}
          </Button>
        )}
        {onReact && (
          <Button
            onClick={() => {
              onClose();
              onReact();
            }}
          >
            <SmilePlus size={17} aria-hidden /> {t.bubble.react}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function Facts({ message, customerName }: { message: Message; customerName: string }) {
  const { timestamp, sent_at, delivered_at, read_at, failed_at, error, wamid } = message;
  const isOut = message.direction === 'outbound';
  const isOurs = isOut && message.origin === 'livechat';
  return (
    <dl className={styles.facts}>
      <Fact term={m.by}>
        <bdi>{isOut ? (message.sent_by?.name ?? lookUp(m.origins, message.origin) ?? t.thread.business) : customerName}</bdi>
      </Fact>
      <Fact term={isOut ? m.written : m.received}>{fullTime(timestamp)}</Fact>
      {isOurs && <Fact term={m.sent}>{moment(sent_at)}</Fact>}
      {isOurs && <Fact term={m.delivered}>{moment(delivered_at)}</Fact>}
      {isOurs && <Fact term={m.read}>{moment(read_at)}</Fact>}
      {failed_at && <Fact term={m.failed}>{fullTime(failed_at)}</Fact>}
      {error?.code != null && <Fact term={t.bubble.failedCode(error.code)}>{error.detail ?? error.title}</Fact>}
      {wamid && (
        <Fact term={m.wamid}>
          <bdi dir="ltr">{wamid}</bdi>
        </Fact>
      )}
    </dl>
  );
}

const moment = (time: string | null): string => (time === null ? m.notYet : fullTime(time));

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
