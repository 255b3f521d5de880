import { useState } from 'react';
import { Button } from '../../components/button';
import { Dialog } from '../../components/dialog';
import { LabelDot } from '../../components/label-chip';
import { FailureNotice } from '../../components/notice';
import { Picker } from '../../components/picker';
import { useLabels, useRights } from '../../hooks/workspace';
import { LABEL_COLOURS, labelPaint } from '../../lib/label-colour';
import { isSameName } from '../../lib/match-words';
import type { Conversation } from '../../lib/types';
import { t } from '../../words/en';
import { h } from '../../words/handling-en';
import { useLabelling, useMakeLabel } from './endpoints';
import styles from './handling.module.css';

interface Props {
  conversation: Conversation;
  onClose: () => void;
}

/** Which labels a conversation wears; who may, makes a new one of what they typed. */
export function LabelPicker({ conversation, onClose }: Props) {
  const labels = useLabels(conversation.workspace_id);
  const { mayManage } = useRights(conversation.workspace_id);
  const { label } = useLabelling(conversation);
  const [newName, setNewName] = useState<string | null>(null);
  const worn = new Set(conversation.labels.map((one) => one.id));
  const all = labels.data ?? [];
  if (newName !== null)
    return <NewLabel name={newName} conversation={conversation} onMade={(made) => label(made, true)} onClose={() => setNewName(null)} />;
  return (
    <Picker
      label={h.labels}
      placeholder={h.labelsPlaceholder}
      isMultiple
      none={mayManage ? h.noLabelsMake : h.noLabels}
      choices={all.map(({ id, name, colour, group }) => ({
        key: id,
        icon: <LabelDot colour={colour} />,
        text: name,
        detail: group,
        isOn: worn.has(id),
      }))}
      making={
        mayManage ? (typed) => (all.some((one) => isSameName(one.name, typed)) ? null : h.makeLabel(typed)) : undefined
      }
      onMake={setNewName}
      notice={
        labels.isError && !labels.data ? (
          <FailureNotice error={labels.error} onRetry={() => void labels.refetch()} />
        ) : labels.isPending ? (
          <p role="status">{t.loading}</p>
        ) : undefined
      }
      onChoose={(key) => {
        const chosen = all.find((one) => one.id === key);
        if (chosen) label(chosen, !worn.has(key));
      }}
      onClose={onClose}
    >
      <p className={styles.foot}>
        <Button onClick={onClose}>{h.done}</Button>
      </p>
    </Picker>
  );
}

interface NewProps {
  name: string;
  conversation: Conversation;
  onMade: (label: { id: string; name: string }) => void;
  onClose: () => void;
}

/** A label needs a colour, of those that can be read in both themes. */
function NewLabel({ name, conversation, onMade, onClose }: NewProps) {
  const make = useMakeLabel(conversation.workspace_id);
  const [colour, setColour] = useState<string>(LABEL_COLOURS[0]);
  return (
    <Dialog label={h.newLabel} onClose={onClose}>
      <h2 className={styles.question}>{h.makeLabel(name)}</h2>
      <fieldset className={styles.colours}>
        <legend>{h.colour}</legend>
        {LABEL_COLOURS.map((one, index) => (
          <label key={one} className={styles.colour} title={h.colours[index]}>
            <input type="radio" name="colour" value={one} checked={colour === one} onChange={() => setColour(one)} />
            <span className={styles.swatch} style={{ backgroundColor: labelPaint(one) }} aria-hidden />
            <span className="sr-only">{h.colours[index]}</span>
          </label>
        ))}
      </fieldset>
      <div className={styles.answers}>
        <Button onClick={onClose}>{t.cancel}</Button>
        <Button
          kind="primary"
          disabled={make.isPending}
          onClick={() =>
            make.mutate(
              { name, colour },
              {
                onSuccess: (made) => {
                  onMade(made);
                  onClose();
                },
              },
            )
          }
        >
          {h.make}
        </Button>
      </div>
    </Dialog>
  );
}
