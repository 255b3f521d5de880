import { Eye, PenLine } from 'lucide-react';
import type { Viewer } from '../../lib/viewers';
import { v } from '../../words/presence-en';
import styles from './viewed-sign.module.css';

/** That colleagues look at a conversation now, or answer it. */
export default function ViewedSign({ colleagues }: { colleagues: readonly Viewer[] }) {
  const writing = colleagues.filter((one) => one.typing);
  const names = (writing.length > 0 ? writing : colleagues).map((one) => one.name ?? v.somebody).join(', ');
  const said = writing.length > 0 ? v.writingNow(names) : v.lookingNow(names);
  return (
    <span className={styles.viewed} title={said}>
      {writing.length > 0 ? <PenLine size={14} aria-hidden /> : <Eye size={14} aria-hidden />}
      <span className="sr-only">{said}</span>
    </span>
  );
}
