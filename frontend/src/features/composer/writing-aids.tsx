import { Smile } from 'lucide-react';
import { type RefObject, Suspense, useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button';
import { lazyPart } from '../../lib/lazy-part';
import { type Shortcut, shortcutOf } from '../../lib/shortcuts';
import { isComposing } from '../../lib/typing';
import { w } from '../../words/writing-en';
import type { Conversation } from '../../lib/types';
import { EmojiList } from './emoji-list';
import { type Selected, toggleMark } from './formatting';
import styles from './writing-aids.module.css';

interface Props {
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  /** A text in place of the present one, and what is selected in it. */
  onEdit: (next: Selected) => void;
  /** Whether WhatsApp is to show what a link leads to. */
  hasPreview: boolean;
  onPreview: (hasPreview: boolean) => void;
  /** A text of its own: captions have no previews. */
  isText: boolean;
  conversation: Conversation;
  replyTo: string | null;
  /** What was written is kept elsewhere. */
  onKept: () => void;
}

const CannedList = lazyPart(() => import('./canned-list'));
const SendLater = lazyPart(() => import('./send-later'));
const EmojiDialog = lazyPart(() => import('../../components/emoji/emoji-dialog'));
const MARKS: Partial<Record<Shortcut, string>> = { 'Mod+B': '*', 'Mod+I': '_', 'Mod+Shift+X': '~' };
/** Somewhere a word begins with a slash. */
const SLASH = /(?:^|\s)\//;
// As the server looks for one.
const LINK = /https?:\/\/[^\s/?#]/i;

/** What helps with writing, and is not needed for the first letter: emoji, WhatsApp's marks, and the link's preview. */
export default function WritingAids({ field, text, onEdit, hasPreview, onPreview, isText, conversation, replyTo, onKept }: Props) {
  const [isPicking, setPicking] = useState(false);
  const edit = (change: (selected: Selected) => Selected) => {
    const element = field.current;
    if (element) onEdit(change({ text, start: element.selectionStart, end: element.selectionEnd }));
  };
  const onKey = (event: KeyboardEvent) => {
    const pressed = shortcutOf(event);
    const mark = pressed === null ? undefined : MARKS[pressed];
    if (mark === undefined) return;
    event.preventDefault();
    edit((selected) => toggleMark(selected, mark));
  };
  const keyHandler = useRef(onKey);
  useEffect(() => {
    keyHandler.current = onKey;
  });
  useEffect(() => {
    const element = field.current;
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isComposing(event)) keyHandler.current(event);
    };
    element?.addEventListener('keydown', onKeyDown);
    return () => element?.removeEventListener('keydown', onKeyDown);
  }, [field]);

  // What was chosen stands in the field, and there one goes on; the dialog gives the focus back to the button.
  const hasPicked = useRef(false);
  useEffect(() => {
    if (!isPicking && hasPicked.current) field.current?.focus();
    hasPicked.current = false;
  }, [field, isPicking]);
  const insert = (emoji: string) => {
    hasPicked.current = true;
    setPicking(false);
    edit(({ text: whole, start, end }) => {
      const cursor = start + emoji.length;
      return { text: whole.slice(0, start) + emoji + whole.slice(end), start: cursor, end: cursor };
    });
  };
  return (
    <>
      <Button kind="icon" aria-label={w.emoji} title={w.emoji} aria-haspopup="dialog" onClick={() => setPicking(true)}>
        <Smile size={20} />
      </Button>
      {isText && LINK.test(text) && (
        <label className={styles.preview}>
          <input type="checkbox" checked={hasPreview} onChange={(event) => onPreview(event.target.checked)} />
          {w.preview}
        </label>
      )}
      {isText && text.trim() !== '' && (
        <Suspense>
          <SendLater field={field} text={text} conversation={conversation} replyTo={replyTo} hasPreview={hasPreview} onKept={onKept} />
        </Suspense>
      )}
      <EmojiList field={field} text={text} onEdit={onEdit} />
      {SLASH.test(text) && (
        <Suspense>
          <CannedList field={field} text={text} onEdit={onEdit} conversation={conversation} />
        </Suspense>
      )}
      {isPicking && (
        <Suspense>
          <EmojiDialog heading={w.emoji} onPick={insert} onClose={() => setPicking(false)} />
        </Suspense>
      )}
    </>
  );
}
