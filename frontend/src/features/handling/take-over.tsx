import { Button } from '../../components/button';
import { Dialog } from '../../components/dialog';
import { t } from '../../words/en';
import { h } from '../../words/handling-en';
import styles from './handling.module.css';

interface Props {
  heading: string;
  hint: string;
  onTake: () => void;
  onClose: () => void;
}

/** What is asked about a conversation of this colleague; null: they have no name. */
export function takeOverFrom(colleague: string | null): Pick<Props, 'heading' | 'hint'> {
  const name = colleague ?? h.somebody;
  return { heading: h.takeOver(name), hint: h.takeOverHint(name) };
}

/** Nobody takes a colleague's conversation by a slip. */
export function TakeOver({ heading, hint, onTake, onClose }: Props) {
  return (
    <Dialog label={heading} onClose={onClose}>
      <h2 className={styles.question}>{heading}</h2>
      <p className={styles.hint}>{hint}</p>
      <div className={styles.answers}>
        <Button onClick={onClose}>{t.cancel}</Button>
        <Button kind="primary" onClick={onTake}>
          {h.takeOverNow}
        </Button>
      </div>
    </Dialog>
  );
}
