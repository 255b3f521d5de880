import { FileText, Image as ImageIcon, Play } from 'lucide-react';
import { useId, useState } from 'react';
import { Button } from '../../components/button';
import { Markup } from '../../components/markup';
import { FailureNotice } from '../../components/notice';
import { Pill } from '../../components/pill';
import { fileSize, fullTime, shortDay } from '../../lib/format';
import { mediaOf } from '../../lib/message/media';
import { typeName } from '../../lib/message/preview';
import type { Message } from '../../lib/types';
import { d } from '../../words/details-en';
import { t } from '../../words/en';
import { useShared } from './endpoints';
import type { SharedKind } from './keys';
import styles from './shared.module.css';

const KINDS: readonly SharedKind[] = ['pictures', 'files', 'links'];

interface Props {
  conversationId: string;
  onOpenMessage: (messageId: string) => void;
}

/** What was shared in the conversation. It is asked for once it is opened. */
export function Shared({ conversationId, onOpenMessage }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [kind, setKind] = useState<SharedKind>('pictures');
  const id = useId();
  return (
    <details className={styles.shared} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary id={id} className={styles.summary}>
        {d.shared}
      </summary>
      {isOpen && (
        <>
          <div role="group" aria-labelledby={id} className={styles.kinds}>
            {KINDS.map((one) => (
              <Pill key={one} isOn={one === kind} onClick={() => setKind(one)}>
                {d.kinds[one]}
              </Pill>
            ))}
          </div>
          <Found key={kind} kind={kind} conversationId={conversationId} onOpenMessage={onOpenMessage} />
        </>
      )}
    </details>
  );
}

function Found({ conversationId, kind, onOpenMessage }: Props & { kind: SharedKind }) {
  const shared = useShared(conversationId, kind);
  if (shared.isPending) return <p role="status">{t.loading}</p>;
  if (shared.isError && !shared.data) return <FailureNotice error={shared.error} onRetry={() => void shared.refetch()} />;
  const messages = shared.data?.pages.flatMap((page) => page.media) ?? [];
  if (messages.length === 0) return <p className={styles.none}>{d.none[kind]}</p>;
  const Item = kind === 'pictures' ? Picture : kind === 'files' ? File : Words;
  return (
    <>
      <ul className={kind === 'pictures' ? styles.grid : styles.list}>
        {messages.map((message) => (
          <li key={message.id}>
            <Item message={message} onOpen={() => onOpenMessage(message.id)} />
          </li>
        ))}
      </ul>
      {shared.hasNextPage && (
        <Button disabled={shared.isFetchingNextPage} onClick={() => void shared.fetchNextPage()}>
          {d.more}
        </Button>
      )}
    </>
  );
}

interface ItemProps {
  message: Message;
  onOpen: () => void;
}

function Picture({ message, onOpen }: ItemProps) {
  const media = mediaOf(message);
  const isVideo = message.message_type === 'video';
  const still = media?.thumbnailUrl ?? (isVideo ? null : media?.url);
  const what = message.text ?? typeName(message);
  return (
    <button
      type="button"
      className={styles.picture}
      aria-label={d.openPicture(what, fullTime(message.timestamp))}
      title={what}
      onClick={onOpen}
    >
      {still ? <img src={still} alt="" loading="lazy" /> : <ImageIcon size={22} aria-hidden />}
      {isVideo && (
        <span className={styles.film} aria-hidden>
          <Play size={18} />
        </span>
      )}
    </button>
  );
}

function File({ message, onOpen }: ItemProps) {
  const media = mediaOf(message);
  const name = media?.filename ?? message.text ?? typeName(message);
  const size = media?.size == null ? null : fileSize(media.size);
  return (
    <div className={styles.file}>
      <FileText size={18} aria-hidden />
      <span className={styles.words}>
        {media?.url ? (
          <a href={media.url} download={name}>
            <bdi>{name}</bdi>
          </a>
        ) : (
          <bdi>{name}</bdi>
        )}
        <Foot message={message} more={size} onOpen={onOpen} />
      </span>
    </div>
  );
}

function Words({ message, onOpen }: ItemProps) {
  return (
    <div className={styles.words}>
      <div className={styles.said}>
        <Markup text={message.text ?? ''} />
      </div>
      <Foot message={message} more={null} onOpen={onOpen} />
    </div>
  );
}

function Foot({ message, more, onOpen }: ItemProps & { more: string | null }) {
  return (
    <span className={styles.foot}>
      <time dateTime={message.timestamp} title={fullTime(message.timestamp)}>
        {shortDay(message.timestamp)}
      </time>
      {more !== null && ` · ${more}`} ·{' '}
      <Button kind="link" onClick={onOpen}>
        {d.showInThread}
      </Button>
    </span>
  );
}
