import { Suspense } from 'react';
import { RowBoundary } from '../../components/row-boundary';
import { useMessage } from '../../hooks/message';
import { lazyPart } from '../../lib/lazy-part';
import { isDeleted } from '../../lib/message/content';
import { plainStart, preview } from '../../lib/message/preview';
import type { Message } from '../../lib/types';
import { t } from '../../words/en';
import styles from './quoted-message.module.css';

const QuotePicture = lazyPart(() => import('./quote-picture'));

interface Props {
  id: string;
  loaded: Message | undefined;
  customerName: string;
  onShow: (message: Message) => void;
}

/** The message that another one answers. A click brings it into view. */
export function QuotedMessage({ id, loaded, customerName, onShow }: Props) {
  const { data } = useMessage(id, loaded);
  const message = loaded ?? data;
  return (
    <button type="button" className={styles.quote} onClick={() => message && onShow(message)}>
      <RowBoundary of={message} fallback={<span className={styles.text}>{t.bubble.quoteMissing}</span>}>
        <Quote message={message} customerName={customerName} />
      </RowBoundary>
    </button>
  );
}

const PICTURES = ['image', 'video', 'sticker'];

/** Beside its picture a message is told by its caption, not by its kind. */
const quotedText = (message: Message): string =>
  (PICTURES.includes(message.message_type) && !isDeleted(message) && message.text && plainStart(message.text)) || preview(message);

export function Quote({ message, customerName }: { message: Message | undefined; customerName: string }) {
  if (!message) return <span className={styles.text}>{t.bubble.quoteMissing}</span>;
  return (
    <>
      <bdi className={styles.author}>
        {message.direction === 'inbound' ? customerName : t.thread.business}
      </bdi>
      <span className={styles.what}>
        {PICTURES.includes(message.message_type) && !isDeleted(message) && (
          <Suspense>
            <QuotePicture message={message} />
          </Suspense>
        )}
        <bdi className={styles.text}>{quotedText(message)}</bdi>
      </span>
    </>
  );
}
