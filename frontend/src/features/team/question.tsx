import type { ReactNode } from 'react';
import { Button } from '../../components/button';
import { Sheet } from '../../components/sheet';
import { t } from '../../words/en';
import styles from './team.module.css';

interface Props {
  heading: string;
  hint: string;
  act: string;
  isBusy: boolean;
  error: Error | null;
  onAct: () => void;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks before something that cannot be taken back. */
export function Question({ heading, hint, act, isBusy, error, onAct, onClose, children }: Props) {
  return (
    <Sheet
      heading={heading}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button kind="primary" disabled={isBusy} onClick={onAct}>
            {act}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <p>{hint}</p>
        {children}
        <Failure error={error} />
      </div>
    </Sheet>
  );
}

export function Failure({ error }: { error: Error | null }) {
  if (error === null) return null;
  return (
    <p role="alert" className={styles.failure}>
      {error.message}
    </p>
  );
}
