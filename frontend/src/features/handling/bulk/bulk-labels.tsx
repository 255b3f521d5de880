import { LabelDot } from '../../../components/label-chip';
import { FailureNotice } from '../../../components/notice';
import { Picker } from '../../../components/picker';
import { useLabels } from '../../../hooks/workspace';
import type { Conversation } from '../../../lib/types';
import { b } from '../../../words/bulk-en';
import { t } from '../../../words/en';
import { h } from '../../../words/handling-en';
import type { BulkAct } from './endpoints';

interface Props {
  workspaceId: string;
  /** Those that are known; there may be others. */
  known: readonly Conversation[];
  isAll: boolean;
  onAct: (act: BulkAct) => void;
  onClose: () => void;
}

/** One label for all of them, or off all that wear it. */
export function BulkLabels({ workspaceId, known, isAll, onAct, onClose }: Props) {
  const labels = useLabels(workspaceId);
  const wearing = (id: string) => known.filter((one) => one.labels.some((label) => label.id === id)).length;
  const all = labels.data ?? [];
  const choice = (action: 'add_label' | 'remove_label') => ({ id, name, colour }: (typeof all)[number]) => ({
    key: `${action}:${id}`,
    icon: <LabelDot colour={colour} />,
    text: name,
    detail: action === 'add_label' ? b.add : b.remove,
  });
  return (
    <Picker
      label={h.labels}
      placeholder={h.labelsPlaceholder}
      none={h.noLabels}
      choices={[
        ...all.filter(({ id }) => isAll || wearing(id) < known.length).map(choice('add_label')),
        ...all.filter(({ id }) => isAll || wearing(id) > 0).map(choice('remove_label')),
      ]}
      notice={
        labels.isError && !labels.data ? (
          <FailureNotice error={labels.error} onRetry={() => void labels.refetch()} />
        ) : labels.isPending ? (
          <p role="status">{t.loading}</p>
        ) : undefined
      }
      onChoose={(key) => {
        const [action, id] = key.split(':') as ['add_label' | 'remove_label', string];
        onAct({ action, label_id: id });
      }}
      onClose={onClose}
    />
  );
}
