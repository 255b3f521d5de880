import { type SubmitEvent, useEffect, useState } from 'react';
import { Button } from '../../components/button';
import { Dialog } from '../../components/dialog';
import { Field } from '../../components/field';
import { t } from '../../words/en';
import { s } from '../../words/sign-in-en';
import type { Factor, Session } from './session';
import styles from './sign-in.module.css';

interface Props {
  session: Session;
  onSignOut: () => void;
}

/** A workspace asks for a second factor: its code is asked for, or one is made where there is none yet. */
export default function SecondFactor({ session, onSignOut }: Props) {
  const { secondFactor } = session;
  const [factor, setFactor] = useState<Factor | null>(null);
  const [failure, setFailure] = useState<string | null>(secondFactor ? null : s.noFactor);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    if (!secondFactor) return;
    let isHere = true;
    secondFactor.begin().then(
      (begun) => isHere && setFactor(begun),
      (error: unknown) => isHere && setFailure(error instanceof Error ? error.message : s.failed),
    );
    return () => {
      isHere = false;
    };
  }, [secondFactor]);
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get('code')).replaceAll(/\s/g, '');
    if (!secondFactor || !factor) return;
    setBusy(true);
    setFailure(null);
    try {
      await secondFactor.prove(factor.id, code);
      // Whatever was refused is asked for anew, the stream of events too. What was written is kept.
      location.reload();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : s.failed);
      setBusy(false);
    }
  };
  return (
    <Dialog label={s.factorHeading} isRequired>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <h1 className={styles.heading}>{s.factorHeading}</h1>
        <p className={styles.intro}>{s.factorIntro}</p>
        {failure !== null && (
          <p role="alert" className={styles.failure}>
            {failure}
          </p>
        )}
        {factor?.picture && (
          <>
            <p>{s.factorNew}</p>
            <img className={styles.picture} src={factor.picture} width={180} height={180} alt={s.factorPicture} />
            <code className={styles.secret} dir="ltr">
              {factor.secret}
            </code>
          </>
        )}
        {factor && (
          <>
            <Field name="code" label={s.code} inputMode="numeric" autoComplete="one-time-code" pattern="[0-9 ]{6,8}" required />
            <Button kind="primary" type="submit" disabled={isBusy}>
              {isBusy ? s.signingIn : s.continue}
            </Button>
          </>
        )}
        <Button kind="link" onClick={onSignOut}>
          {t.session.signOut}
        </Button>
      </form>
    </Dialog>
  );
}
