import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Field } from '../../components/field';
import { WhenDialog } from '../../components/when-dialog';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { dayAndHour } from '../../lib/format';
import { newId } from '../../lib/ids';
import { notify } from '../../lib/notices';
import type { Conversation } from '../../lib/types';
import { later } from '../../words/later-en';

const MAX_CHARS = 4096;

/** Has the agent, and nobody else, told of a conversation at a time. */
export function RemindDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { api } = useServices();
  const [text, setText] = useState('');
  const [key] = useState(newId);
  const remind = useMutation({
    mutationFn: (time: Date) =>
      bodyOf(
        api.POST('/api/live-chat/conversations/{conversation_id}/reminders', {
          params: { path: { conversation_id: conversation.id }, header: { 'Idempotency-Key': key } },
          body: { due_at: time.toISOString(), text: text.trim() },
        }),
      ),
    onSuccess: ({ due_at }) => {
      notify(later.reminded(dayAndHour(due_at)));
      onClose();
    },
    onError: (error) => notify(error.message, 'trouble'),
  });
  return (
    <WhenDialog
      words={later.remind}
      note={later.remindHint}
      windowEnds={conversation.window_expires_at}
      onPick={(time) => remind.isPending || remind.mutate(time)}
      onClose={onClose}
    >
      <Field dir="auto" label={later.about} maxLength={MAX_CHARS} value={text} onChange={(event) => setText(event.target.value)} />
    </WhenDialog>
  );
}
