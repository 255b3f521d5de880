import { AlarmClock, Check, RotateCcw, Tag, UserRound, Zap } from 'lucide-react';
import { Suspense, useEffect, useEffectEvent, useState } from 'react';
import { Avatar } from '../../components/avatar';
import { Button } from '../../components/button';
import { useServices } from '../../hooks/services';
import { hearMacros } from '../../lib/ask-macro';
import { lazyPart } from '../../lib/lazy-part';
import { type Shortcut, shortcutOf } from '../../lib/shortcuts';
import type { Conversation } from '../../lib/types';
import { isComposing, isLayerOpen } from '../../lib/typing';
import { h } from '../../words/handling-en';
import { AssignPicker } from './assign-picker';
import styles from './handling.module.css';
import { useAssign, useStatus } from './endpoints';
import { LabelPicker } from './label-picker';
import { onResolvedHere } from './resolved-here';
import { SnoozeDialog } from './snooze-dialog';

const RunMacro = lazyPart(() => import('./run-macro'));

type Layer = 'assign' | 'labels' | 'snooze' | 'macro';
const KEYS: Partial<Record<Shortcut, Layer>> = { 'Alt+A': 'assign', 'Alt+L': 'labels', 'Alt+M': 'macro', 'Alt+Z': 'snooze' };

interface Props {
  conversation: Conversation;
  /** It is resolved, by whoever looks at it. */
  onResolved?: () => void;
}

/** The thread bar's part of whose a conversation is and what it is about; by Alt and a letter, too. */
export default function HandlingTools({ conversation, onResolved }: Props) {
  const { userId } = useServices();
  const [layer, setLayer] = useState<Layer | null>(null);
  const [macroId, setMacroId] = useState<string | null>(null);
  const { resolve, reopen, snooze, isPending } = useStatus(conversation);
  const { assign } = useAssign(conversation);
  const isOpen = conversation.status === 'open';
  const { assignee, team } = conversation;
  const toggle = () => {
    if (isPending) return;
    if (isOpen) resolve(onResolved);
    else reopen();
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const pressed = shortcutOf(event);
    if (pressed === null || isLayerOpen()) return;
    const asked = KEYS[pressed];
    // Somebody else's is taken over after a question.
    const isTaken = assignee !== null && assignee.user_id !== userId;
    if (pressed === 'Alt+C' && assignee === null) assign({ kind: 'me' });
    else if (pressed === 'Alt+C' && isTaken) setLayer('assign');
    else if (asked === 'snooze' && !isOpen) return;
    else if (asked !== undefined) setLayer(asked);
    else if (pressed === 'Alt+R') toggle();
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (!isComposing(event)) onKey(event);
    };
    window.addEventListener('keydown', hear);
    return () => window.removeEventListener('keydown', hear);
  }, []);
  // Whoever looks at it goes on as they do after every other resolving.
  const hearResolved = useEffectEvent((id: string) => {
    if (id === conversation.id) onResolved?.();
  });
  useEffect(() => onResolvedHere((id) => hearResolved(id)), []);
  useEffect(
    () =>
      hearMacros((id) => {
        setMacroId(id);
        setLayer('macro');
      }),
    [],
  );
  const name = assignee === null ? (team?.name ?? h.unassigned) : assignee.user_id === userId ? h.you : (assignee.name ?? h.somebody);
  const close = () => {
    setLayer(null);
    setMacroId(null);
  };
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
      <Button kind="icon" className={styles.wide} aria-label={h.macro} title={h.macroTitle} aria-haspopup="dialog" onClick={() => setLayer('macro')}>
        <Zap size={19} />
      </Button>
      {isOpen && (
        <Button kind="icon" className={styles.wide} aria-label={h.snooze} title={h.snooze} aria-haspopup="dialog" onClick={() => setLayer('snooze')}>
          <AlarmClock size={19} />
        </Button>
      )}
      <Button
        className={styles.resolve}
        aria-label={isOpen ? h.resolve : h.reopen}
        title={isOpen ? h.resolveTitle : h.reopenTitle}
        onClick={toggle}
      >
        {isOpen ? <Check size={18} aria-hidden /> : <RotateCcw size={18} aria-hidden />}
        <span className={styles.resolveName}>{isOpen ? h.resolve : h.reopen}</span>
      </Button>
      {layer === 'assign' && <AssignPicker conversation={conversation} onClose={close} />}
      {layer === 'labels' && <LabelPicker conversation={conversation} onClose={close} />}
      {layer === 'macro' && (
        <Suspense>
          <RunMacro conversation={conversation} macroId={macroId} onResolved={onResolved} onClose={close} />
        </Suspense>
      )}
      {layer === 'snooze' && <SnoozeDialog windowEnds={conversation.window_expires_at} onSnooze={snooze} onClose={close} />}
    </>
  );
}
