import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button';
import { LabelChip } from '../../components/label-chip';
import { useServices } from '../../hooks/services';
import { useRights } from '../../hooks/workspace';
import { dayAndHour } from '../../lib/format';
import type { Conversation } from '../../lib/types';
import { t } from '../../words/en';
import { h } from '../../words/handling-en';
import { later } from '../../words/later-en';
import { AssignPicker } from './assign-picker';
import { useLabelling, useStatus } from './endpoints';
import styles from './handling.module.css';
import { LabelPicker } from './label-picker';
import { RemindDialog } from './remind-dialog';
import { SnoozeDialog } from './snooze-dialog';

interface Props {
  conversation: Conversation;
  onMarkUnread: () => void;
  onNote: () => void;
}

/** In the details: how the conversation stands, whose it is and what it is about, and how to change that. */
export default function HandlingFacts({ conversation, onMarkUnread, onNote }: Props) {
  const { userId } = useServices();
  const { mayHandle } = useRights(conversation.workspace_id);
  const { label } = useLabelling(conversation);
  const { snooze } = useStatus(conversation);
  const [layer, setLayer] = useState<'assign' | 'labels' | 'snooze' | 'remind' | null>(null);
  const { assignee, team, labels, status, snoozed_until: until } = conversation;
  const name = assignee === null ? h.unassigned : assignee.user_id === userId ? h.you : (assignee.name ?? h.somebody);
  return (
    <div className={styles.facts}>
      <dl className={styles.lines}>
        <div>
          <dt>{h.status}</dt>
          <dd className={styles.line}>
            {status === 'snoozed' ? t.inbox.snoozedUntil(until && dayAndHour(until)) : h.statuses[status]}
            {mayHandle && status === 'open' && <Button onClick={() => setLayer('snooze')}>{h.snooze}</Button>}
          </dd>
        </div>
        <div>
          <dt>{h.assignee}</dt>
          <dd className={styles.line}>
            <bdi>{name}</bdi>
            {mayHandle && (
              <Button aria-label={h.assign} onClick={() => setLayer('assign')}>
                {h.change}
              </Button>
            )}
          </dd>
        </div>
        {team && (
          <div>
            <dt>{h.team}</dt>
            <dd>
              <bdi>{team.name}</bdi>
            </dd>
          </div>
        )}
        <div>
          <dt>{h.labels}</dt>
          <dd className={styles.chips}>
            {labels.map((one) => (
              <LabelChip
                key={one.id}
                label={one}
                removeName={h.removeLabel(one.name)}
                onRemove={mayHandle ? () => label(one, false) : undefined}
              />
            ))}
            {mayHandle ? (
              <Button kind="link" onClick={() => setLayer('labels')}>
                <Plus size={14} aria-hidden /> {h.addLabel}
              </Button>
            ) : (
              labels.length === 0 && h.none
            )}
          </dd>
        </div>
      </dl>
      <div className={styles.chips}>
        <Button onClick={onNote}>{t.composer.note}</Button>
        <Button onClick={onMarkUnread}>{t.thread.markUnread}</Button>
        <Button onClick={() => setLayer('remind')}>{later.remind.heading}</Button>
      </div>
      {layer === 'assign' && <AssignPicker conversation={conversation} onClose={() => setLayer(null)} />}
      {layer === 'labels' && <LabelPicker conversation={conversation} onClose={() => setLayer(null)} />}
      {layer === 'remind' && <RemindDialog conversation={conversation} onClose={() => setLayer(null)} />}
      {layer === 'snooze' && <SnoozeDialog windowEnds={conversation.window_expires_at} onSnooze={snooze} onClose={() => setLayer(null)} />}
    </div>
  );
}
