import { LayoutTemplate } from 'lucide-react';
import { lazy, Suspense, useCallback, useState } from 'react';
import { Button } from '../../components/button';
import type { Recipient } from '../../hooks/send-part';
import { t } from '../../messages/en';

const TemplateSheet = lazy(() => import('./template-sheet'));

/** The way into a conversation whose window is closed. */
export function ChooseTemplate({ recipient }: { recipient: Recipient }) {
  const [isOpen, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  return (
    <>
      <Button kind="primary" onClick={() => setOpen(true)}>
        <LayoutTemplate size={18} aria-hidden /> {t.attach.chooseTemplate}
      </Button>
      {isOpen && (
        <Suspense>
          <TemplateSheet recipient={recipient} replyToId={null} onClose={close} onSent={close} />
        </Suspense>
      )}
    </>
  );
}
