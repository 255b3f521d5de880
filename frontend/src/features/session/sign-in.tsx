import { type SubmitEvent, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { Logo } from '../../components/logo';
import { type Arrival, pendingInvitation, takeArrival } from '../../lib/arrival';
import { t } from '../../words/en';
import { s } from '../../words/sign-in-en';
import type { Session } from './session';
import styles from './sign-in.module.css';
import type { SupabaseSignIn } from './supabase-session';

export interface Ways {
  isBusy: boolean;
  failure: string | null;
  onDemo: (() => void) | null;
  /** Where people sign in by Supabase. */
  supabase: (() => Promise<SupabaseSignIn> | null) | null;
  attempt: (signIn: () => Promise<Session | null>, orElse: string) => Promise<void>;
}

interface Props extends Ways {
  heading: string;
  intro: string;
  /** Leave for good, where somebody is still half signed in. */
  onSignOut?: () => void;
}

/** The page of whoever is not signed in. */
export function SignInPage(ways: Ways) {
  const isInvited = pendingInvitation() !== null;
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Logo size={44} />
        <SignIn {...ways} heading={isInvited ? s.invited : t.productLong} intro={isInvited ? s.invitedIntro : s.intro} />
      </div>
    </main>
  );
}

export function SignIn({ heading, intro, onSignOut, ...ways }: Props) {
  const { isBusy, failure, onDemo, supabase } = ways;
  const arrival = takeArrival();
  const isArriving = supabase !== null && (arrival.tokenHash !== null || arrival.accessToken !== null);
  return (
    <div className={styles.form}>
      <h1 className={styles.heading}>{heading}</h1>
      <p className={styles.intro}>{intro}</p>
      {(failure ?? (arrival.errorCode === null ? null : s.linkExpired)) && (
        <p role="alert" className={styles.failure}>
          {failure ?? s.linkExpired}
        </p>
      )}
      {onDemo && (
        <>
          <Button kind="primary" onClick={onDemo} disabled={isBusy}>
            {isBusy ? s.signingIn : s.demo}
          </Button>
          <p className={styles.hint}>{s.demoHint}</p>
        </>
      )}
      {supabase && (isArriving ? <Arriving {...ways} arrival={arrival} /> : <ByPassword {...ways} />)}
      {onSignOut && (
        <Button kind="link" onClick={onSignOut}>
          {t.session.signOut}
        </Button>
      )}
    </div>
  );
}

type Way = 'sign-in' | 'sign-up' | 'forgotten';

/** Signing in. Who was invited may make an account; and a password that was forgotten is made anew by mail. */
function ByPassword({ isBusy, supabase, attempt }: Ways) {
  const isInvited = pendingInvitation() !== null;
  const [way, setWay] = useState<Way>('sign-in');
  const [sent, setSent] = useState<string | null>(null);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [email, password] = [String(form.get('email')).trim(), String(form.get('password') ?? '')];
    const loaded = supabase?.();
    if (!loaded) return;
    setSent(null);
    void attempt(
      async () => {
        const service = await loaded;
        if (way === 'sign-in') return service.signIn(email, password);
        if (way === 'forgotten') await service.recover(email);
        const session = way === 'sign-up' ? await service.signUp(email, password) : null;
        if (session === null) setSent(way === 'sign-up' ? s.confirmSent(email) : s.recoverySent(email));
        return session;
      },
      way === 'sign-in' ? t.session.failed : s.failed,
    );
  };
  const submits = { 'sign-in': s.submit, 'sign-up': s.signUp, forgotten: s.recover };
  return (
    <form className={styles.form} onSubmit={submit}>
      <Field name="email" label={s.email} type="email" autoComplete="username" required />
      {way !== 'forgotten' && (
        <Field
          name="password"
          label={s.password}
          type="password"
          autoComplete={way === 'sign-up' ? 'new-password' : 'current-password'}
          required
        />
      )}
      {sent !== null && <p role="status">{sent}</p>}
      <Button kind="primary" type="submit" disabled={isBusy}>
        {isBusy ? s.signingIn : submits[way]}
      </Button>
      {isInvited && way !== 'sign-up' && (
        <Button kind="link" onClick={() => setWay('sign-up')}>
          {s.toSignUp}
        </Button>
      )}
      {way !== 'sign-in' && (
        <Button kind="link" onClick={() => setWay('sign-in')}>
          {s.toSignIn}
        </Button>
      )}
      {way !== 'forgotten' && (
        <Button kind="link" onClick={() => setWay('forgotten')}>
          {s.toForgotten}
        </Button>
      )}
    </form>
  );
}

/** Where a link of a mail has led: it is used by a click of a person, and who has no password yet chooses one. */
function Arriving({ isBusy, supabase, attempt, arrival }: Ways & { arrival: Arrival }) {
  const asksPassword = arrival.type === 'invite' || arrival.type === 'recovery';
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const password = asksPassword ? String(new FormData(event.currentTarget).get('password')) : null;
    const loaded = supabase?.();
    if (loaded) void attempt(async () => (await loaded).arrive(password), s.linkExpired);
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <p>{asksPassword ? s.choosePassword : s.arrived}</p>
      {asksPassword && (
        <Field name="password" label={s.newPassword} type="password" autoComplete="new-password" minLength={6} required />
      )}
      <Button kind="primary" type="submit" disabled={isBusy}>
        {isBusy ? s.signingIn : s.continue}
      </Button>
    </form>
  );
}
