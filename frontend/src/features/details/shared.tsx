import { FileText, Image as ImageIcon, Play } from 'lucide-react';
import { useQueryClient } from '@tanstack/react-query';
import { useId, useState, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../components/button';
import { Markup } from '../../components/markup';
import { FailureNotice } from '../../components/notice';
import { Pill } from '../../components/pill';
import { useLineNames } from '../../hooks/line-names';
import { ALL_NUMBERS, conversationHref } from '../../hooks/place';
import { fileSize, fullTime, shortDay } from '../../lib/format';
import { mediaOf } from '../../lib/message/media';
import { typeName } from '../../lib/message/preview';
import { isOutOfSight, subscribeSight } from '../../lib/out-of-sight';
import type { Conversation, Message } from '../../lib/types';
import { d } from '../../words/details-en';
import { t } from '../../words/en';
import { useShared } from './endpoints';
import { detailsKeys, type SharedKind } from './keys';
import type { Person } from './person-model';
import styles from './shared.module.css';

const KINDS: readonly SharedKind[] = ['pictures', 'files', 'links'];

interface Props {
  conversation: Conversation;
  isGroup: boolean;
  onOpenMessage: (messageId: string) => void;
}

/** What was shared with the customer, on whatever number, or in the group. It is asked for once it is opened. */
export function Shared(props: Props) {
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
          <Found key={kind} kind={kind} {...props} />
        </>
      )}
    </details>
  );
}

function Found({ conversation, isGroup, kind, onOpenMessage }: Props & { kind: SharedKind }) {
  const shared = useShared(conversation.id, isGroup, kind);
  const lines = useLineNames();
  const person = useQueryClient().getQueryData<Person>(detailsKeys.person(conversation.id, conversation.version));
  const [, navigate] = useLocation();
  const all = shared.data?.pages.flatMap((page) => page.media) ?? [];
  const inSight = () => all.filter((message) => !isOutOfSight(message.conversation_id));
  // What goes out of sight is not shown until it is asked for again.
  useSyncExternalStore(subscribeSight, () => inSight().length);
  const open = ({ id, conversation_id: of }: Message) => {
    if (of === conversation.id) onOpenMessage(id);
    else navigate(conversationHref(of, ALL_NUMBERS, id));
  };
  if (shared.isPending) return <p role="status">{t.loading}</p>;
  if (shared.isError && !shared.data) return <FailureNotice error={shared.error} onRetry={() => void shared.refetch()} />;
  const messages = inSight();
  /** Through which of our numbers, where it was not here. */
  const lineOf = ({ conversation_id: of }: Message) => {
    const other = of === conversation.id ? undefined : person?.conversations.find(({ id }) => id === of);
    return other && lines.get(other.phone_number_id);
  };
  if (messages.length === 0) return <p className={styles.none}>{d.none[kind]}</p>;
  const Item = kind === 'pictures' ? Picture : kind === 'files' ? File : Words;
  return (
    <>
      <ul className={kind === 'pictures' ? styles.grid : styles.list}>
        {messages.map((message) => (
          <li key={message.id}>
            <Item message={message} line={lineOf(message)} onOpen={() => open(message)} />
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
  /** Of another conversation: its number of ours. */
  line: string | undefined;
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

function File(props: ItemProps) {
  const { message } = props;
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
        <Foot {...props} more={size} />
      </span>
    </div>
  );
}

function Words(props: ItemProps) {
  return (
    <div className={styles.words}>
      <div className={styles.said}>
        <Markup text={props.message.text ?? ''} />
      </div>
      <Foot {...props} more={null} />
    </div>
  );
}

function Foot({ message, line, more, onOpen }: ItemProps & { more: string | null }) {
  return (
    <span className={styles.foot}>
      <time dateTime={message.timestamp} title={fullTime(message.timestamp)}>
        {shortDay(message.timestamp)}
      </time>
      {more !== null && ` · ${more}`}
      {line !== undefined && (
        <>
          {' · '}
          <bdi>{line}</bdi>
        </>
      )}{' '}
      ·{' '}
      <Button kind="link" onClick={onOpen}>
        {d.showInThread}
      </Button>
    </span>
  );
}
