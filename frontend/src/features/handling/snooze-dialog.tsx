import { MessageCircleReply } from 'lucide-react';
import { WhenDialog } from '../../components/when-dialog';
import { dayAndHour } from '../../lib/format';
import { h } from '../../words/handling-en';

interface Props {
  /** When the window closes; null: it is closed, or each of several has its own. */
  windowEnds: string | null;
  /** Null: until they reply. */
  onSnooze: (until: Date | null) => void;
  onClose: () => void;
}

/** Puts a conversation off: until a time, or until the customer answers, whichever comes first. */
export function SnoozeDialog({ windowEnds, onSnooze, onClose }: Props) {
  const put = (until: Date | null) => {
    onSnooze(until);
    onClose();
  };
  return (
    <WhenDialog
      words={{ heading: h.snooze, times: h.snoozeTimes, own: h.snoozeAt, submit: h.snoozeNow, past: h.snoozePast }}
      note={windowEnds === null ? h.snoozeHint : h.snoozeWindow(dayAndHour(windowEnds))}
      windowEnds={windowEnds}
      choice={{ icon: <MessageCircleReply size={18} aria-hidden />, name: h.snoozeUntilReply, onPick: () => put(null) }}
      onPick={put}
      onClose={onClose}
    />
  );
}
