import type { ButtonHTMLAttributes, Ref } from 'react';
import styles from './button.module.css';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  ref?: Ref<HTMLButtonElement>;
  kind?: 'primary' | 'plain' | 'icon' | 'link';
}

/** A native button in one of four looks; an icon alone needs an `aria-label`. */
export function Button({ kind = 'plain', type = 'button', className, ...rest }: Props) {
  return <button type={type} className={`${styles.button} ${styles[kind]} ${className ?? ''}`} {...rest} />;
}
