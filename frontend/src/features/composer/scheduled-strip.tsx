import { CalendarClock, Pencil, TriangleAlert, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../../components/button';
import { TextArea } from '../../components/text-area';
import { WhenDialog } from '../../components/when-dialog';
import { useNow } from '../../hooks/browser';
import { useServices } from '../../hooks/services';
import { onLiveEvent } from '../../lib/event-hub';
import { dayAndHour } from '../../lib/format';
import { notify } from '../../lib/notices';
import type { Conversation, ScheduledMessage } from '../../lib/types';
import { later } from '../../words/later-en';
import { useCancelScheduled, useChangeScheduled, useScheduled } from './endpoints';
import styles from './later.module.css';

interface Props {
  conversation: Conversation;
  mayHandle: boolean;
}

/** Above the field: what is to be sent in this conversation later, and what could not be. */
export default function ScheduledStrip({ conversation, mayHandle }: Props) {
  const { data: scheduled, refetch } = useScheduled(conversation.id);
  const isWaiting = (scheduled?.length ?? 0) > 0;
  useEffect(() => {
    if (!isWaiting) return;
    // It is in the thread now; or the customer has written, which may cancel it.
    return onLiveEvent('message.created', ({ message }) => void (message?.conversation_id === conversation.id && refetch()));
  }, [conversation.id, isWaiting, refetch]);
  if (!scheduled || scheduled.length === 0) return null;
  return (
    <ul className={styles.strip} aria-label={later.list}>
      {scheduled.map((one) => (
        <Row key={one.id} scheduled={one} conversation={conversation} mayHandle={mayHandle} />
      ))}
    </ul>
  );
}

function Row({ scheduled, conversation, mayHandle }: Props & { scheduled: ScheduledMessage }) {
  const { userId } = useServices();
  const cancel = useCancelScheduled(scheduled);
  const [isChanging, setChanging] = useState(false);
  const isMine = scheduled.author.user_id === userId;
  const text = scheduled.text ?? scheduled.message_type;
  const isStuck = scheduled.state === 'needs_attention';
  return (
    <li className={styles.row} data-stuck={isStuck || undefined}>
      {isStuck ? <TriangleAlert size={18} aria-hidden /> : <CalendarClock size={18} aria-hidden />}
      <span className={styles.words}>
        <bdi className={styles.text}>{text}</bdi>
        <span className={styles.facts}>
          {isStuck ? `${later.notSent}: ${scheduled.detail ?? ''}` : <time dateTime={scheduled.send_at}>{dayAndHour(scheduled.send_at)}</time>}
          {!isMine && scheduled.author.name !== null && (
            <>
              {' · '}
              <bdi>{later.by(scheduled.author.name)}</bdi>
            </>
          )}
        </span>
      </span>
      {mayHandle && isMine && (
        <Button kind="icon" aria-label={later.changeOf(text)} title={later.change.heading} aria-haspopup="dialog" onClick={() => setChanging(true)}>
          <Pencil size={18} />
        </Button>
      )}
      {mayHandle && (
        <Button
          kind="icon"
          aria-label={later.cancelOf(text)}
          title={later.cancel}
          disabled={cancel.isPending}
          onClick={() => cancel.mutate(undefined, { onSuccess: () => notify(later.cancelled) })}
        >
          <X size={18} />
        </Button>
      )}
      {isChanging && <Change scheduled={scheduled} windowEnds={conversation.window_expires_at} onClose={() => setChanging(false)} />}
    </li>
  );
}

function Change({ scheduled, windowEnds, onClose }: { scheduled: ScheduledMessage; windowEnds: string | null; onClose: () => void }) {
  const now = useNow();
  const change = useChangeScheduled(scheduled);
  const isText = scheduled.message_type === 'text';
  const [text, setText] = useState(scheduled.text ?? '');
  const keep = (sendAt: Date) => {
    if (change.isPending) return;
    const isNew = isText && text.trim() !== scheduled.text;
    change.mutate(
      { sendAt, text: isNew ? text.trim() : null },
      {
        onSuccess: ({ send_at }) => {
          notify(later.kept(dayAndHour(send_at)));
          onClose();
        },
      },
    );
  };
  const planned = new Date(scheduled.send_at);
  return (
    <WhenDialog
      words={later.change}
      note={windowEnds === null ? later.sendHint : later.sendWindow(dayAndHour(windowEnds))}
      windowEnds={windowEnds}
      {...(planned > now && { initial: planned })}
      onPick={keep}
      onClose={onClose}
    >
      {isText && <TextArea dir="auto" label={later.message} value={text} onChange={(event) => setText(event.target.value)} />}
    </WhenDialog>
  );
}
