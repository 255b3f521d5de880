import { CalendarClock } from 'lucide-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button';
import { WhenDialog } from '../../components/when-dialog';
import { dayAndHour } from '../../lib/format';
import { newId } from '../../lib/ids';
import { notify } from '../../lib/notices';
import type { Conversation } from '../../lib/types';
import { later } from '../../words/later-en';
import { useSchedule } from './endpoints';
import styles from './later.module.css';
import { unfilledIn } from './unfilled';

interface Props {
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  conversation: Conversation;
  replyTo: string | null;
  hasPreview: boolean;
  /** It is kept, to be sent later. */
  onKept: () => void;
}

/** Has what is written sent at a time. */
export default function SendLater({ field, text, conversation, replyTo, hasPreview, onKept }: Props) {
  // One key for as long as the dialog is open: an answer that was lost makes no second message.
  const [key, setKey] = useState<string | null>(null);
  const [cancelsIfHeard, setCancels] = useState(false);
  const schedule = useSchedule(conversation);
  // What was kept leaves the field, and there one goes on; the dialog would give the focus back to a button that is gone.
  const isKept = useRef(false);
  useEffect(() => () => void (isKept.current && field.current?.focus()), [field]);
  const open = () => {
    const unfilled = unfilledIn(text);
    if (unfilled === null) return setKey(newId());
    field.current?.focus();
    field.current?.setSelectionRange(...unfilled);
  };
  const keep = (sendAt: Date) => {
    if (key === null || schedule.isPending) return;
    schedule.mutate(
      { key, text: text.trim(), hasPreview, replyTo, sendAt, cancelsIfHeard },
      {
        onSuccess: ({ send_at }) => {
          notify(later.kept(dayAndHour(send_at)));
          isKept.current = true;
          setKey(null);
          onKept();
        },
      },
    );
  };
  const ends = conversation.window_expires_at;
  return (
    <>
      <Button
        kind="icon"
        className={styles.open}
        aria-label={later.send.heading}
        title={later.send.heading}
        aria-haspopup="dialog"
        onClick={open}
      >
        <CalendarClock size={20} />
      </Button>
      {key !== null && (
        <WhenDialog
          words={later.send}
          note={ends === null ? later.sendHint : later.sendWindow(dayAndHour(ends))}
          windowEnds={ends}
          onPick={keep}
          onClose={() => setKey(null)}
        >
          <label className={styles.check}>
            <input type="checkbox" checked={cancelsIfHeard} onChange={(event) => setCancels(event.target.checked)} />
            {later.cancelIf}
          </label>
        </WhenDialog>
      )}
    </>
  );
}
