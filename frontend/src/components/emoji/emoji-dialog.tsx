import { EmojiPicker, type EmojiPickerListComponents } from 'frimousse';
import { useSyncExternalStore } from 'react';
import { isComposing } from '../../lib/typing';
import { t } from '../../words/en';
import { Dialog } from '../dialog';
import { DialogBar } from '../dialog-bar';
import styles from './emoji-dialog.module.css';
import { EMOJI_VERSION } from './emoji-search';
import { EMOJI_URL } from './emoji-url';

interface Props {
  /** The dialog's heading; by default it is for a reaction. */
  heading?: string;
  onPick: (emoji: string) => void;
  onClose: () => void;
}

// The dialog's width in the window, less its padding and its scrollbar, in cells.
const CELL_PX = 40;
const columnsThatFit = (): number => Math.floor((Math.min(480, window.innerWidth - 24) - 48 - 16) / CELL_PX);

// The library counts from 0, screen readers from 1.
const onward = (index: number | undefined): number | undefined => (index === undefined ? index : index + 1);

/** Follows the window's width: a phone may be turned while the dialog is open. */
function onResize(tell: () => void): () => void {
  window.addEventListener('resize', tell);
  return () => window.removeEventListener('resize', tell);
}

const PARTS: Partial<EmojiPickerListComponents> = {
  Row: ({ children, 'aria-rowindex': index, ...rest }) => (
    <div {...rest} aria-rowindex={onward(index)}>
      {children}
    </div>
  ),
  CategoryHeader: ({ category, ...rest }) => (
    <div {...rest} className={styles.category}>
      {category.label}
    </div>
  ),
  Emoji: ({ emoji, 'aria-colindex': index, ...rest }) => (
    <button type="button" {...rest} role="gridcell" aria-colindex={onward(index)} className={styles.emoji} data-active={emoji.isActive || undefined}>
      {emoji.emoji}
    </button>
  ),
};

/** Every emoji, by search and by group. It is a chunk apart, and our own server has its data. */
export default function EmojiDialog({ heading = t.bubble.react, onPick, onClose }: Props) {
  const columns = useSyncExternalStore(onResize, columnsThatFit);
  return (
    <Dialog label={t.bubble.moreEmoji} onClose={onClose}>
      <DialogBar heading={heading} onClose={onClose} />
      {/* The library would take an input method's Enter for a choice. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div onKeyDownCapture={(event) => isComposing(event) && event.stopPropagation()}>
      <EmojiPicker.Root
        className={styles.root}
        emojibaseUrl={EMOJI_URL}
        emojiVersion={EMOJI_VERSION}
        columns={columns}
        onEmojiSelect={({ emoji }) => onPick(emoji)}
      >
        <EmojiPicker.Search className={styles.search} aria-label={t.bubble.searchEmoji} placeholder={t.bubble.searchEmoji} />
        {/* The keyboard must reach what scrolls. */}
        <EmojiPicker.Viewport className={styles.viewport} tabIndex={0}>
          <EmojiPicker.Loading className={styles.note}>{t.loading}</EmojiPicker.Loading>
          <EmojiPicker.Empty className={styles.note}>{t.bubble.noEmoji}</EmojiPicker.Empty>
          <EmojiPicker.List
            className={styles.list}
            components={PARTS}
          />
        </EmojiPicker.Viewport>
      </EmojiPicker.Root>
      </div>
    </Dialog>
  );
}
