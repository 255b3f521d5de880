import { SendHorizontal } from 'lucide-react';
import { Button } from '../../components/button';
import { c } from '../../words/compose-en';
import styles from './attach.module.css';

interface Props {
  problem: string | null;
  more?: string[];
  isSending: boolean;
  isReady: boolean;
  label?: string;
  onClose: () => void;
  onSend: () => void;
}

/** The foot of every sheet: what went wrong, and the two ways out. */
export function SheetFoot({ problem, more = [], isSending, isReady, label = c.send, onClose, onSend }: Props) {
  return (
    <>
      {problem !== null && (
        <p role="alert" className={styles.problem}>
          {[problem, ...more].join(' ')}
        </p>
      )}
      <Button onClick={onClose}>{c.cancel}</Button>
      <Button kind="primary" className={styles.onward} disabled={!isReady || isSending} onClick={onSend}>
        <SendHorizontal size={17} aria-hidden /> {isSending ? c.sending : label}
      </Button>
    </>
  );
}
