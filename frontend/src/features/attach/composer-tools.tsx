import { Mic, Plus } from 'lucide-react';
import { Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button';
import { lazyPart } from '../../lib/lazy-part';
import type { Conversation } from '../../lib/types';
import { t } from '../../words/en';
import styles from './composer-tools.module.css';

const AttachRoot = lazyPart(() => import('./attach-root'));

/** What the agent wants of the part that is loaded on first use; `at` tells one wish from the next. */
export type AttachWish =
  | { kind: 'menu'; at: number }
  | { kind: 'record'; at: number }
  | { kind: 'files'; files: File[]; at: number }
  | { kind: 'none'; at: number };

interface Props {
  conversation: Conversation;
  replyToId: string | null;
  /** Where replies are written. */
  onFocusField: () => void;
  /** The first message that was sent has taken the quote with it. */
  onSent: () => void;
}

// Once used, it stays: files of a conversation that was left go on being uploaded, and are there on return.
let wasUsed = false;

/** The composer's ways to send more than text: a menu, a microphone, and files dropped or pasted anywhere. */
export function ComposerTools({ conversation, replyToId, onFocusField, onSent }: Props) {
  const [wish, setWish] = useState<AttachWish | null>(wasUsed ? { kind: 'none', at: 0 } : null);
  const [isDragging, setDragging] = useState(false);
  const plus = useRef<HTMLButtonElement>(null);
  const ask = useCallback((next: AttachWish) => {
    wasUsed = true;
    setWish(next);
  }, []);
  const close = useCallback(() => setWish({ kind: 'none', at: Date.now() }), []);

  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const isBusy = () => document.querySelector('dialog[open]') !== null;
    const onPaste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0 || isBusy() || isText(event.clipboardData, files)) return;
      event.preventDefault();
      ask({ kind: 'files', files, at: Date.now() });
    };
    const onDragOver = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      // Else the browser would leave the page for the file.
      event.preventDefault();
      setDragging(!isBusy());
    };
    const onDragEnd = (event: DragEvent) => {
      if (event.relatedTarget === null) setDragging(false);
    };
    const onDrop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setDragging(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0 && !isBusy()) ask({ kind: 'files', files, at: Date.now() });
    };
    document.addEventListener('paste', onPaste);
    document.addEventListener('dragover', onDragOver);
    document.addEventListener('dragleave', onDragEnd);
    document.addEventListener('drop', onDrop);
    return () => {
      document.removeEventListener('paste', onPaste);
      document.removeEventListener('dragover', onDragOver);
      document.removeEventListener('dragleave', onDragEnd);
      document.removeEventListener('drop', onDrop);
    };
  }, [ask]);

  // On a phone the keyboard would cover what was just sent.
  const focusBack = useCallback(() => {
    if (matchMedia('(hover: hover)').matches) onFocusField();
    else plus.current?.focus();
  }, [onFocusField]);
  const isMenuOpen = wish?.kind === 'menu';
  return (
    <>
      <Button
        ref={plus}
        kind="icon"
        aria-label={t.attach.open}
        title={t.attach.open}
        aria-haspopup="menu"
        aria-expanded={isMenuOpen}
        onClick={() => (isMenuOpen ? close() : ask({ kind: 'menu', at: Date.now() }))}
      >
        <Plus size={22} />
      </Button>
      {'mediaDevices' in navigator && (
        <Button
          kind="icon"
          aria-label={t.attach.record}
          title={t.attach.record}
          onClick={() => ask({ kind: 'record', at: Date.now() })}
        >
          <Mic size={20} />
        </Button>
      )}
      {isDragging && <div className={styles.drop}>{t.attach.drop}</div>}
      {wish && (
        <Suspense>
          <AttachRoot
            conversation={conversation}
            replyToId={replyToId}
            wish={wish}
            onClose={close}
            onFocusBack={focusBack}
            onSent={onSent}
          />
        </Suspense>
      )}
    </>
  );
}

/**
 * A clipboard with text is text: Excel and Word lay a picture of it beside it. Only what merely names the files, as file
 * managers do, is none.
 */
function isText(data: DataTransfer | null, files: File[]): boolean {
  const lines = (data?.getData('text/plain') ?? '').split(/[\r\n]+/).filter((line) => line.trim() !== '');
  return lines.some((line) => !files.some(({ name }) => line.trim().endsWith(name)));
}
