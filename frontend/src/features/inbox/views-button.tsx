import { Bookmark } from 'lucide-react';
import { Suspense, useState } from 'react';
import { Button } from '../../components/button';
import { lazyPart } from '../../lib/lazy-part';
import type { ListFilter } from '../../lib/list-filter';
import { t } from '../../words/en';
import styles from './views-button.module.css';

// Loaded when it is opened.
const ViewPicker = lazyPart(() => import('./view-picker'));

interface Props {
  /** The list as it is shown. */
  asked: ListFilter;
  isOn: boolean;
}

/** The way to the lists that are kept under a name. */
export function ViewsButton({ asked, isOn }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        kind="icon"
        className={styles.button}
        aria-label={t.inbox.views}
        title={t.inbox.views}
        aria-haspopup="dialog"
        data-on={isOn || undefined}
        onClick={() => setOpen(true)}
      >
        <Bookmark size={18} />
      </Button>
      {isOpen && (
        <Suspense>
          <ViewPicker asked={asked} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
