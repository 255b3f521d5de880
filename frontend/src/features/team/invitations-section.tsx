import { type SubmitEvent, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { Notice } from '../../components/notice';
import { ApiProblem } from '../../lib/api';
import { copyText } from '../../lib/clipboard';
import { dayAndHour } from '../../lib/format';
import { newId } from '../../lib/ids';
import type { PhoneNumber, Workspace } from '../../lib/types';
import { p } from '../../words/team-en';
import { Choice, lacksNumbers, type Rights, RightsFields } from './choices';
import { useAct, useInvitations, useWorkspaceCalls } from './endpoints';
import { Loaded } from './loaded';
import { Failure } from './question';
import styles from './team.module.css';
import { type Invitation, type Invitations, stateOf, warningFor } from './team-model';

const DAYS = [1, 3, 7, 30];
const START: Rights = { role: 'agent', visibility: 'all', phone_number_ids: null };

interface Made {
  link: string | null;
  email: string | null;
}

interface Props {
  workspace: Workspace;
  numbers: readonly PhoneNumber[];
}

/** How people come in: by a link, which is mailed where it can be. */
export function InvitationsSection({ workspace, numbers }: Props) {
  const invitations = useInvitations(workspace.id);
  const [made, setMade] = useState<Made | null>(null);
  return (
    <Loaded query={invitations}>
      {(facts) => (
        <>
          {made ? (
            <LinkCard {...made} isMailed={made.email !== null && facts.can_mail} onDone={() => setMade(null)} />
          ) : (
            <InviteForm workspaceId={workspace.id} facts={facts} numbers={numbers} onMade={setMade} />
          )}
          <section className={styles.card} aria-label={p.sections.invitations}>
            {facts.invitations.length === 0 && <Notice heading={p.noInvitations} detail={p.noInvitationsHint} />}
            <ul className={styles.list}>
              {facts.invitations.map((invitation) => (
                <InvitationRow
                  key={invitation.id}
                  invitation={invitation}
                  workspaceId={workspace.id}
                  canMail={facts.can_mail}
                  onMade={setMade}
                />
              ))}
            </ul>
          </section>
        </>
      )}
    </Loaded>
  );
}

interface FormProps {
  workspaceId: string;
  facts: Invitations;
  numbers: readonly PhoneNumber[];
  onMade: (made: Made) => void;
}

function InviteForm({ workspaceId, facts, numbers, onMade }: FormProps) {
  const calls = useWorkspaceCalls(workspaceId);
  const [email, setEmail] = useState('');
  const [rights, setRights] = useState(START);
  const [days, setDays] = useState<string | null>(null);
  // Sent again after an answer that was lost, it is the same invitation, with the same link.
  const [key, setKey] = useState(newId);
  const invite = useAct(() =>
    calls.invite(key, {
      email: email.trim() || null,
      ...rights,
      expires_in_hours: Number(days ?? usual) * 24,
    }),
  );
  const hasAddress = email.trim() !== '';
  const usual = String(hasAddress ? 7 : 1);
  const warning = warningFor(facts, hasAddress);
  const errors = invite.error instanceof ApiProblem ? invite.error.errors : {};
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    invite.mutate(undefined, {
      onSuccess: ({ link, invitation }) => onMade({ link, email: invitation.email }),
    });
  };
  /** What was changed is another request. */
  const changed = () => setKey(newId());
  return (
    <form className={`${styles.card} ${styles.form}`} onSubmit={submit} aria-label={p.invite}>
      <h3 className={styles.subheading}>{p.invite}</h3>
      <Field
        name="email"
        type="email"
        label={p.email}
        hint={p.emailHint}
        errors={errors.email}
        value={email}
        onChange={(event) => {
          setEmail(event.target.value);
          changed();
        }}
      />
      <RightsFields
        value={rights}
        numbers={numbers}
        onChange={(value) => {
          setRights(value);
          changed();
        }}
      />
      {lacksNumbers(rights) && <p className={styles.hint}>{p.chooseNumber}</p>}
      <Choice
        label={p.hours}
        value={days ?? usual}
        options={DAYS.map((count) => [String(count), count === 1 ? p.day : p.days(count)])}
        onChange={(value) => {
          setDays(value);
          changed();
        }}
      />
      {warning !== null && <p className={styles.warning}>{p.warnings[warning]}</p>}
      <Failure error={invite.error} />
      <div className={styles.actions}>
        <Button kind="primary" type="submit" disabled={invite.isPending || lacksNumbers(rights)}>
          {hasAddress && facts.can_mail ? p.mailLink : p.makeLink}
        </Button>
      </div>
    </form>
  );
}

interface LinkProps extends Made {
  isMailed: boolean;
  onDone: () => void;
}

function LinkCard({ link, email, isMailed, onDone }: LinkProps) {
  return (
    <section className={`${styles.card} ${styles.form}`} aria-label={p.linkHeading}>
      <h3 className={styles.subheading}>{p.linkHeading}</h3>
      {isMailed && email !== null && <p role="status">{p.linkMailed(email)}</p>}
      <p>{p.linkOnce}</p>
      {link !== null && (
        <code className={styles.link} dir="ltr">
          {link}
        </code>
      )}
      <div className={styles.actions}>
        {link !== null && (
          <Button kind="primary" onClick={() => void copyText(link)}>
            {p.copyLink}
          </Button>
        )}
        <Button onClick={onDone}>{p.linkDone}</Button>
      </div>
    </section>
  );
}

interface RowProps {
  invitation: Invitation;
  workspaceId: string;
  canMail: boolean;
  onMade: (made: Made) => void;
}

function InvitationRow({ invitation, workspaceId, canMail, onMade }: RowProps) {
  const calls = useWorkspaceCalls(workspaceId);
  const again = useAct(() => calls.inviteAgain(invitation.id));
  const revoke = useAct(() => calls.revoke(invitation.id), p.revoked);
  const [now] = useState(() => new Date());
  const state = stateOf(invitation, now);
  const name = invitation.email ?? p.anybody;
  const isBad = state === 'failed' || state === 'expired';
  return (
    <li className={styles.row}>
      <div className={styles.who}>
        <p>
          <bdi className={styles.name}>{name}</bdi> <span className={styles.tag}>{p.roles[invitation.role]}</span>{' '}
          <span className={styles.tag} data-kind={isBad ? 'bad' : state === 'sent' ? 'good' : undefined}>
            {p.invitationStates[state]}
          </span>
        </p>
        <p className={styles.facts}>
          {invitation.invited_by.name !== null && `${p.invitedBy(invitation.invited_by.name)} · `}
          {p.until(dayAndHour(invitation.expires_at))}
        </p>
        {invitation.send_error !== null && <p className={styles.failure}>{invitation.send_error}</p>}
        <Failure error={again.error ?? revoke.error} />
      </div>
      <Button
        aria-label={p.newLinkOf(name)}
        disabled={again.isPending}
        onClick={() => again.mutate(undefined, { onSuccess: ({ link }) => onMade({ link, email: invitation.email }) })}
      >
        {invitation.email !== null && canMail ? p.sendAgain : p.newLink}
      </Button>
      <Button aria-label={p.revokeOf(name)} disabled={revoke.isPending} onClick={() => revoke.mutate(undefined)}>
        {p.revoke}
      </Button>
    </li>
  );
}
