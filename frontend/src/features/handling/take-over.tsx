import { Button } from '../../components/button';
import { Dialog } from '../../components/dialog';
import { t } from '../../words/en';
import { h } from '../../words/handling-en';
import styles from './handling.module.css';

interface Props {
  /** Whose it is; null: of somebody without a name. */
  from: string | null;
  onTake: () => void;
  onClose: () => void;
}

/** Nobody takes a colleague's conversation by a slip. */
export function TakeOver({ from, onTake, onClose }: Props) {
  const name = from ?? h.somebody;
  return (
    <Dialog label={h.takeOver(name)} onClose={onClose}>
      <h2 className={styles.question}>{h.takeOver(name)}</h2>
      <p className={styles.hint}>{h.takeOverHint(name)}</p>
      <div className={styles.answers}>
        <Button onClick={onClose}>{t.cancel}</Button>
        <Button kind="primary" onClick={onTake}>
          {h.takeOverNow}
        </Button>
      </div>
    </Dialog>
  );
}
