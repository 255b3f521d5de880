import { RowBoundary } from '../../components/row-boundary';
import { useMessage } from '../../hooks/thread-messages';
import { preview } from '../../lib/preview';
import type { Message } from '../../lib/types';
import { t } from '../../messages/en';
import styles from './quoted-message.module.css';

interface Props {
  id: string;
  loaded: Message | undefined;
  customerName: string;
  onShow: (message: Message) => void;
}

/** What a message answers; a click brings it into view. */
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

export function Quote({ message, customerName }: { message: Message | undefined; customerName: string }) {
  if (!message) return <span className={styles.text}>{t.bubble.quoteMissing}</span>;
  return (
    <>
      <bdi className={styles.author}>
        {message.direction === 'inbound' ? customerName : t.thread.business}
      </bdi>
      <bdi className={styles.text}>{preview(message)}</bdi>
    </>
  );
}
