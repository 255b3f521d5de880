import { type RefObject, useCallback, useState } from 'react';
import { type Emoji, emojiWord, findEmoji, loadEmoji } from '../../components/emoji/emoji-search';
import { w } from '../../words/writing-en';
import type { Selected } from './formatting';
import { Offered } from './offered';
import styles from './writing-aids.module.css';

interface Props {
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  onEdit: (next: Selected) => void;
}

/** What “:sm” may mean. */
export function EmojiList({ field, text, onEdit }: Props) {
  const [all, setAll] = useState<readonly Emoji[]>([]);
  return (
    <Offered
      field={field}
      text={text}
      wordAt={emojiWord}
      find={useCallback((word: string) => findEmoji(all, word), [all])}
      keyOf={({ emoji }) => emoji}
      onAsk={() => void loadEmoji().then(setAll, () => undefined)}
      onChoose={({ emoji }, { start, end }) => {
        const cursor = start + emoji.length;
        onEdit({ text: text.slice(0, start) + emoji + text.slice(end), start: cursor, end: cursor });
      }}
      label={w.list}
      told={w.found}
    >
      {({ emoji, label }) => (
        <>
          <span className={styles.sign} aria-hidden>
            {emoji}
          </span>
          <bdi>{label}</bdi>
        </>
      )}
    </Offered>
  );
}
