import { type InputHTMLAttributes, useId } from 'react';
import styles from './field.module.css';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: string;
  errors?: string[] | undefined;
  /** A prefix that stands before what is typed, and belongs to it. */
  before?: string | null;
}

/** A labelled input. The browser checks what it can, and the server's sentences about it stand below. */
export function Field({ label, hint, errors = [], before = null, ...input }: Props) {
  const id = useId();
  const notes = [before !== null && `${id}-before`, hint && `${id}-hint`, errors.length > 0 && `${id}-errors`].filter(Boolean).join(' ');
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {before !== null && (
        <bdi id={`${id}-before`} dir="ltr" className={styles.before}>
          {before}
        </bdi>
      )}
      <input
        id={id}
        className={styles.input}
        aria-invalid={errors.length > 0 || undefined}
        aria-describedby={notes || undefined}
        {...input}
      />
      {hint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
      {errors.length > 0 && (
        <p id={`${id}-errors`} role="alert" className={styles.errors}>
          {errors.join(' ')}
        </p>
      )}
    </div>
  );
}
