import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { Button } from '../../components/button';
import { Logo } from '../../components/logo';
import { FailureNotice } from '../../components/notice';
import { type ApiClient, ApiProblem, bodyOf, newApiClient, type TokenSource } from '../../lib/api';
import { forgetInvitation, pendingInvitation } from '../../lib/arrival';
import { onServer } from '../../lib/base';
import { j } from '../../words/join-en';
import styles from './join-place.module.css';
import { joinKeys } from './keys';
import { refusalOf } from './refusal';

interface Props {
  tokens: TokenSource;
  userId: string;
  label: string;
  onSignOut: () => void;
}

/** Where an invitation's link leads: what it would let whoever is signed in into, and the question whether they want. */
export default function JoinPlace({ tokens, userId, label, onSignOut }: Props) {
  const api = useMemo(() => newApiClient(tokens), [tokens]);
  const token = pendingInvitation();
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Logo size={44} />
        {token === null ? (
          <Refused heading={j.noToken} hint={j.noTokenHint} />
        ) : (
          <Asked api={api} token={token} userId={userId} label={label} onSignOut={onSignOut} />
        )}
      </div>
    </main>
  );
}

function toInbox(): void {
  forgetInvitation();
  location.assign(onServer('/live-chat'));
}

interface AskedProps {
  api: ApiClient;
  token: string;
  userId: string;
  label: string;
  onSignOut: () => void;
}

function Asked({ api, token, userId, label, onSignOut }: AskedProps) {
  const body = { token };
  const peek = useQuery({
    queryKey: joinKeys.peek(userId),
    queryFn: ({ signal }) => bodyOf(api.POST('/api/live-chat/invitations/peek', { body, signal })),
  });
  const accept = useMutation({
    mutationFn: () => bodyOf(api.POST('/api/live-chat/invitations/accept', { body })),
    onSuccess: toInbox,
  });
  const error = accept.error ?? peek.error;
  const refusal = error instanceof ApiProblem ? refusalOf(error) : null;
  const other = <Button onClick={onSignOut}>{j.otherAccount}</Button>;
  if (refusal)
    return (
      <Refused {...refusal} as={label}>
        {refusal.isAboutAccount && other}
      </Refused>
    );
  if (peek.isPending) return <p role="status">{j.looking}</p>;
  if (!peek.data) return <FailureNotice error={peek.error} onRetry={() => void peek.refetch()} />;
  const { workspace_name: workspace, invited_by: inviter, role } = peek.data;
  return (
    <>
      <h1 className={styles.heading}>{j.heading}</h1>
      <p className={styles.lead}>{inviter === null ? j.invited(workspace) : j.invites(inviter, workspace)}</p>
      <p>{j.as(j.roles[role])}</p>
      <p className={styles.hint}>{j.signedInAs(label)}</p>
      {accept.error && (
        <p role="alert" className={styles.failure}>
          {accept.error.message}
        </p>
      )}
      <Button kind="primary" disabled={accept.isPending} onClick={() => accept.mutate()}>
        {accept.isPending ? j.accepting : j.accept}
      </Button>
      <div className={styles.actions}>
        {other}
        <Button onClick={toInbox}>{j.notNow}</Button>
      </div>
    </>
  );
}

interface RefusedProps {
  heading: string;
  detail?: string;
  hint: string;
  as?: string;
  children?: ReactNode;
}

function Refused({ heading, detail, hint, as, children }: RefusedProps) {
  return (
    <div role="alert" className={styles.refused}>
      <h1 className={styles.heading}>{heading}</h1>
      {detail && <p>{detail}</p>}
      <p>{hint}</p>
      {as && <p className={styles.hint}>{j.signedInAs(as)}</p>}
      <div className={styles.actions}>
        {children}
        <Button kind="primary" onClick={toInbox}>
          {j.toInbox}
        </Button>
      </div>
    </div>
  );
}
