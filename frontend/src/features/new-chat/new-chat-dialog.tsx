import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { SubmitEvent } from 'react';
import { Button } from '../../components/button';
import { Dialog } from '../../components/dialog';
import { DialogBar } from '../../components/dialog-bar';
import { Field } from '../../components/field';
import { useServices } from '../../hooks/services';
import { ApiProblem, bodyOf } from '../../lib/api';
import { keys } from '../../lib/keys';
import { numberName } from '../../lib/names';
import { readPhone } from '../../lib/phone';
import type { Conversation, PhoneNumber } from '../../lib/types';
import { t } from '../../words/en';
import styles from './new-chat-dialog.module.css';

interface Props {
  number: PhoneNumber;
  onOpened: (conversation: Conversation) => void;
  onClose: () => void;
}

/** The conversation with a number that the agent has in hand, whether or not its owner ever wrote. */
export default function NewChatDialog({ number, onOpened, onClose }: Props) {
  const { api } = useServices();
  const client = useQueryClient();
  const open = useMutation({
    mutationFn: (to: string) =>
      bodyOf(
        api.POST('/api/live-chat/conversations', {
          body: { phone_number_id: number.phone_number_id, to },
        }),
      ),
    onSuccess: (conversation) => {
      client.setQueryData(keys.conversation(conversation.id), conversation);
      onOpened(conversation);
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get('to'));
    // What is no number goes as it is: the server says what is wrong with it.
    open.mutate(readPhone(typed) ?? typed);
  };
  const errors = open.error instanceof ApiProblem ? open.error.errors.to : undefined;
  return (
    <Dialog label={t.newChat.open} onClose={onClose}>
      <DialogBar heading={t.newChat.open} onClose={onClose} />
      <form className={styles.form} onSubmit={submit}>
        {open.error && !errors && (
          <p role="alert" className={styles.failure}>
            {open.error.message}
          </p>
        )}
        <Field
          name="to"
          label={t.newChat.to}
          hint={t.newChat.hint(numberName(number))}
          errors={errors}
          type="tel"
          autoComplete="off"
          maxLength={64}
          dir="ltr"
          required
        />
        <div className={styles.actions}>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button kind="primary" type="submit" disabled={open.isPending}>
            {t.newChat.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
