import type { SubmitEvent } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { Logo } from '../../components/logo';
import { t } from '../../words/en';
import styles from './sign-in.module.css';

export interface Ways {
  isBusy: boolean;
  failure: string | null;
  onDemo: (() => void) | null;
  onPassword: ((email: string, password: string) => void) | null;
}

interface Props extends Ways {
  heading: string;
  intro: string;
  /** Leave for good, where somebody is still half signed in. */
  onSignOut?: () => void;
}

/** The page of whoever is not signed in. */
export function SignInPage(ways: Ways) {
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Logo size={44} />
        <SignIn {...ways} heading={t.productLong} intro={t.session.intro} />
      </div>
    </main>
  );
}

export function SignIn({ isBusy, failure, onDemo, onPassword, heading, intro, onSignOut }: Props) {
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onPassword?.(String(form.get('email')), String(form.get('password')));
  };
  return (
    <div className={styles.form}>
      <h1 className={styles.heading}>{heading}</h1>
      <p className={styles.intro}>{intro}</p>
      {failure && (
        <p role="alert" className={styles.failure}>
          {failure}
        </p>
      )}
      {onDemo && (
        <>
          <Button kind="primary" onClick={onDemo} disabled={isBusy}>
            {isBusy ? t.session.signingIn : t.session.demo}
          </Button>
          <p className={styles.hint}>{t.session.demoHint}</p>
        </>
      )}
      {onPassword && (
        <form className={styles.form} onSubmit={submit}>
          <Field name="email" label={t.session.email} type="email" autoComplete="username" required />
          <Field
            name="password"
            label={t.session.password}
            type="password"
            autoComplete="current-password"
            required
          />
          <Button kind="primary" type="submit" disabled={isBusy}>
            {isBusy ? t.session.signingIn : t.session.submit}
          </Button>
        </form>
      )}
      {onSignOut && (
        <Button kind="link" onClick={onSignOut}>
          {t.session.signOut}
        </Button>
      )}
    </div>
  );
}
