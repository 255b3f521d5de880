import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { SubmitEvent } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { useServices } from '../../hooks/services';
import { ApiProblem, bodyOf } from '../../lib/api';
import { keys } from '../../lib/keys';
import type { PhoneNumber } from '../../lib/types';
import { t } from '../../words/en';
import { n } from '../../words/numbers-en';
import styles from './connect-number.module.css';

interface Props {
  onConnected: (number: PhoneNumber) => void;
  onCancel?: (() => void) | undefined;
}

const FIELDS = new Set(['waba_id', 'phone_number_id', 'access_token']);

/** Connects a number: Meta is asked before anything is stored, so what is wrong is said here and now. */
export default function ConnectNumber({ onConnected, onCancel }: Props) {
  const { api } = useServices();
  const client = useQueryClient();
  const connect = useMutation({
    mutationFn: (body: { waba_id: string; phone_number_id: string; access_token: string }) =>
      bodyOf(api.POST('/api/live-chat/phone-numbers', { body })),
    onSuccess: async (number) => {
      await client.invalidateQueries({ queryKey: keys.phoneNumbers() });
      onConnected(number);
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name)).trim();
    connect.mutate({
      waba_id: text('waba_id'),
      phone_number_id: text('phone_number_id'),
      access_token: text('access_token'),
    });
  };
  const problem = connect.error instanceof ApiProblem ? connect.error : null;
  const errors = problem?.errors ?? {};
  // A refusal of the token belongs to its field; what belongs to no field stands above them.
  const tokenErrors = problem?.code === 'whatsapp_token_invalid' ? [problem.message] : errors.access_token;
  const isAboutFields =
    problem?.code === 'whatsapp_token_invalid' || Object.keys(errors).some((name) => FIELDS.has(name));
  const digits = { inputMode: 'numeric', pattern: '[0-9]{1,64}', title: n.digits } as const;
  return (
    <form className={styles.form} onSubmit={submit}>
      <h2 className={styles.heading}>{n.heading}</h2>
      <p className={styles.intro}>{n.intro}</p>
      {connect.error && !isAboutFields && (
        <p role="alert" className={styles.failure}>
          {connect.error.message}
        </p>
      )}
      <Field name="waba_id" label={n.wabaId} errors={errors.waba_id} required {...digits} />
      <Field
        name="phone_number_id"
        label={n.phoneNumberId}
        errors={errors.phone_number_id}
        required
        {...digits}
      />
      <Field
        name="access_token"
        label={n.accessToken}
        hint={n.tokenHint}
        errors={tokenErrors}
        type="password"
        autoComplete="off"
        required
      />
      <div className={styles.actions}>
        {onCancel && <Button onClick={onCancel}>{t.cancel}</Button>}
        <Button kind="primary" type="submit" disabled={connect.isPending}>
          {connect.isPending ? n.connecting : n.connect}
        </Button>
      </div>
    </form>
  );
}
