import { Tag, UserRound } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Avatar } from '../../components/avatar';
import { Button } from '../../components/button';
import { useServices } from '../../hooks/services';
import type { Conversation } from '../../lib/types';
import { isComposing, isLayerOpen } from '../../lib/typing';
import { h } from '../../words/handling-en';
import { AssignPicker } from './assign-picker';
import styles from './handling.module.css';
import { LabelPicker } from './label-picker';

type Layer = 'assign' | 'labels';
const KEYS: Record<string, Layer> = { KeyA: 'assign', KeyL: 'labels' };

/** The thread bar's part of whose a conversation is and what it is about; by Alt and a letter, too. */
export default function HandlingTools({ conversation }: { conversation: Conversation }) {
  const { userId } = useServices();
  const [layer, setLayer] = useState<Layer | null>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const asked = KEYS[event.code];
      if (asked === undefined || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (isComposing(event) || isLayerOpen()) return;
      event.preventDefault();
      setLayer(asked);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const { assignee, team } = conversation;
  const name = assignee === null ? (team?.name ?? h.unassigned) : assignee.user_id === userId ? h.you : (assignee.name ?? h.somebody);
  const close = () => setLayer(null);
  return (
    <>
      <Button
        className={styles.assignee}
        aria-label={h.assignedTo(name)}
        title={h.assignTitle}
        aria-haspopup="dialog"
        data-free={assignee === null || undefined}
        onClick={() => setLayer('assign')}
      >
        {assignee === null ? <UserRound size={18} aria-hidden /> : <Avatar name={assignee.name ?? ''} id={assignee.user_id} size={24} />}
        <bdi className={styles.assigneeName}>{name}</bdi>
      </Button>
      <Button kind="icon" className={styles.wide} aria-label={h.labels} title={h.labelsTitle} aria-haspopup="dialog" onClick={() => setLayer('labels')}>
        <Tag size={19} />
      </Button>
      {layer === 'assign' && <AssignPicker conversation={conversation} onClose={close} />}
      {layer === 'labels' && <LabelPicker conversation={conversation} onClose={close} />}
    </>
  );
}
