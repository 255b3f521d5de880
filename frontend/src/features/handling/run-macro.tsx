import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button';
import { FailureNotice } from '../../components/notice';
import { Picker } from '../../components/picker';
import { Sheet } from '../../components/sheet';
import { useMacros } from '../../hooks/macros';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { newId } from '../../lib/ids';
import type { Conversation, Macro } from '../../lib/types';
import { t } from '../../words/en';
import { x } from '../../words/macros-en';
import { useAct } from './endpoints';
import { macroKeys } from './keys';
import { MacroSteps } from './macro-steps';
import styles from './run-macro.module.css';

interface Props {
  conversation: Conversation;
  /** Chosen before; null: one is chosen here. */
  macroId: string | null;
  onResolved?: (() => void) | undefined;
  onClose: () => void;
}

/** Several steps at once: which, what they would do here, and then they are done. */
export default function RunMacro({ conversation, macroId, onResolved, onClose }: Props) {
  const macros = useMacros(conversation.workspace_id);
  const [chosen, setChosen] = useState(macroId);
  const macro = macros.data?.find(({ id }) => id === chosen);
  if (macro)
    return (
      <Preview key={macro.id} macro={macro} conversation={conversation} onResolved={onResolved} onBack={() => setChosen(null)} onClose={onClose} />
    );
  return (
    <Picker
      label={x.run}
      placeholder={x.placeholder}
      none={macros.data?.length === 0 ? x.noneYet : x.noneFound}
      choices={(macros.data ?? []).map(({ id, name, steps }) => ({ key: id, text: name, detail: x.stepCount(steps.length) }))}
      notice={
        macros.isError && !macros.data ? (
          <FailureNotice error={macros.error} onRetry={() => void macros.refetch()} />
        ) : macros.isPending ? (
          <p role="status">{t.loading}</p>
        ) : undefined
      }
      onChoose={setChosen}
      onClose={onClose}
    />
  );
}

const ONE = '/api/live-chat/workspaces/{workspace_id}/macros/{macro_id}';

interface PreviewProps {
  macro: Macro;
  conversation: Conversation;
  onResolved?: (() => void) | undefined;
  onBack: () => void;
  onClose: () => void;
}

/** What it would do here, as it was when the agent looked: that is done, or nothing. Enter runs it. */
function Preview({ macro, conversation, onResolved, onBack, onClose }: PreviewProps) {
  const { api } = useServices();
  const act = useAct();
  const path = { workspace_id: conversation.workspace_id, macro_id: macro.id };
  // However often it is pressed, it is one run.
  const [key] = useState(newId);
  const preview = useQuery({
    queryKey: macroKeys.preview(macro.id, conversation.id),
    queryFn: ({ signal }) =>
      bodyOf(api.GET(`${ONE}/preview`, { params: { path, query: { conversation_id: conversation.id } }, signal })),
    gcTime: 0,
    staleTime: 0,
  });
  const button = useRef<HTMLButtonElement>(null);
  const canRun = preview.data?.can_run === true && !act.isPending;
  useEffect(() => {
    if (canRun) button.current?.focus();
  }, [canRun]);
  const run = () => {
    if (!preview.data) return;
    const { expected } = preview.data;
    let hasChanged = true;
    act.mutate(
      {
        call: async () => {
          const params = { path, header: { 'Idempotency-Key': key } };
          const answer = await bodyOf(api.POST(`${ONE}/run`, { params, body: { conversation_id: conversation.id, expected } }));
          const { can_undo: canUndo, message_ids: sent, ...conversationNow } = answer;
          hasChanged = canUndo || sent.length > 0;
          return { ...conversationNow, operation_id: canUndo ? answer.operation_id : '' };
        },
        done: () => (hasChanged ? x.ran(macro.name) : x.nothingChanged(macro.name)),
        lost: () => x.changedMeanwhile,
      },
      {
        onSuccess: (now) => {
          onClose();
          if (now.status === 'resolved' && conversation.status !== 'resolved') onResolved?.();
        },
        // It says why, and what is different now.
        onError: () => void preview.refetch(),
      },
    );
  };
  return (
    <Sheet
      heading={macro.name}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onBack}>{x.back}</Button>
          <Button ref={button} kind="primary" disabled={!canRun} onClick={run}>
            {x.runNow}
          </Button>
        </>
      }
    >
      {preview.data ? (
        <div className={styles.preview}>
          <p role="status">{preview.data.can_run ? x.willDo : x.cannot}</p>
          <MacroSteps preview={preview.data} />
        </div>
      ) : preview.isError ? (
        <FailureNotice error={preview.error} onRetry={() => void preview.refetch()} />
      ) : (
        <p role="status">{t.loading}</p>
      )}
    </Sheet>
  );
}
