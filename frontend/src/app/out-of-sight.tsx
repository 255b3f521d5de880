import { Copy, EyeOff } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import { Button } from '../components/button';
import { Notice } from '../components/notice';
import { useServices } from '../hooks/services';
import { copyText } from '../lib/clipboard';
import { readDraft } from '../lib/drafts';
import { t } from '../words/en';
import { h } from '../words/handling-en';
import styles from './out-of-sight.module.css';

/** In the place of a conversation that was open and is out of sight now. What was being written can still be copied. */
export default function OutOfSight({ conversationId, onBack }: { conversationId: string; onBack: () => void }) {
  const { userId } = useServices();
  const id = useId();
  const back = useRef<HTMLButtonElement>(null);
  const text = readDraft(userId, conversationId)?.text.trim() ?? '';
  // The field that had the focus is gone.
  useEffect(() => {
    if (document.activeElement === document.body) back.current?.focus();
  }, []);
  return (
    <div role="status" className={styles.place}>
      <Notice icon={<EyeOff />} heading={h.gone} detail={h.goneDetail}>
        {text !== '' && (
          <div className={styles.kept}>
            <label htmlFor={id}>{h.goneKept}</label>
            <textarea id={id} className={styles.text} readOnly rows={3} dir="auto" value={text} />
            <Button onClick={() => void copyText(text)}>
              <Copy size={16} aria-hidden /> {t.bubble.copy}
            </Button>
          </div>
        )}
        <Button ref={back} kind="primary" onClick={onBack}>
          {t.thread.back}
        </Button>
      </Notice>
    </div>
  );
}
