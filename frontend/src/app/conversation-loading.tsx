import { t } from '../words/en';
import styles from './conversation-place.module.css';

/** In the place of a conversation until it is known, or until the page has what shows it. */
export function ConversationLoading() {
  return (
    <main className={styles.place} id="composer" tabIndex={-1}>
      <p role="status" className="sr-only">
        {t.loading}
      </p>
    </main>
  );
}
