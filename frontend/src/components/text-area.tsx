import { type TextareaHTMLAttributes, useId } from 'react';
import styles from './field.module.css';

interface Props extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  label: string;
  errors?: string[] | undefined;
}

/** A labelled field of several lines. The sentences about what is wrong stand below it. */
export function TextArea({ label, errors = [], ...more }: Props) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className={styles.input}
        rows={3}
        aria-invalid={errors.length > 0 || undefined}
        aria-describedby={errors.length > 0 ? `${id}-errors` : undefined}
        {...more}
      />
      {errors.length > 0 && (
        <p id={`${id}-errors`} role="alert" className={styles.errors}>
          {errors.join(' ')}
        </p>
      )}
    </div>
  );
}
