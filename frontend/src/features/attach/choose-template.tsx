import { LayoutTemplate } from 'lucide-react';
import { Suspense, useCallback, useState } from 'react';
import { Button } from '../../components/button';
import { lazyPart } from '../../lib/lazy-part';
import { t } from '../../words/en';
import type { Recipient } from '../../hooks/send-part';

const TemplateSheet = lazyPart(() => import('./template-sheet'));

/** The way into a conversation whose window is closed: a button, or a link among a bubble's. */
export function ChooseTemplate({ recipient, isLink }: { recipient: Recipient; isLink?: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  return (
    <>
      {isLink ? (
        <Button kind="link" onClick={() => setOpen(true)}>
          {t.bubble.sendTemplate}
        </Button>
      ) : (
        <Button kind="primary" onClick={() => setOpen(true)}>
          <LayoutTemplate size={18} aria-hidden /> {t.attach.chooseTemplate}
        </Button>
      )}
      {isOpen && (
        <Suspense>
          <TemplateSheet recipient={recipient} replyToId={null} onClose={close} onSent={close} />
        </Suspense>
      )}
    </>
  );
}
