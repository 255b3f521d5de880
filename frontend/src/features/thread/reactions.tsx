import { shorten } from '../../lib/shorten';
import type { Message } from '../../lib/types';
import { t } from '../../words/en';
import styles from './bubble.module.css';

const MOST_REACTIONS = 6;

/** Each emoji once, with how often. Any number of people react in a group, so only those that have room are shown. */
export default function Reactions({ reactions, customerName }: { reactions: Message['reactions']; customerName: string }) {
  const counted = new Map<string, { from: string; emoji: string; count: number }>();
  for (const { from, emoji } of reactions) {
    const known = counted.get(`${from} ${emoji}`);
    if (known) known.count += 1;
    else counted.set(`${from} ${emoji}`, { from, emoji: shorten(emoji, 16), count: 1 });
  }
  const shown = [...counted].slice(0, MOST_REACTIONS);
  return (
    <ul className={styles.reactions}>
      {shown.map(([key, { from, emoji, count }]) => (
        <li key={key} className={styles.reaction}>
          <span aria-hidden>{count > 1 ? `${emoji} ${count}` : emoji}</span>
          <span className="sr-only">
            {t.bubble.reactionFrom(from === 'customer' ? customerName : t.thread.business, emoji)}
          </span>
        </li>
      ))}
      {counted.size > shown.length && <li className={styles.reaction}>+{counted.size - shown.length}</li>}
    </ul>
  );
}
