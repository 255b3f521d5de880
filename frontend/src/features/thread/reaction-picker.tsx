import { Plus } from 'lucide-react';
import { type KeyboardEvent, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { lazyPart } from '../../lib/lazy-part';
import { isComposing } from '../../lib/typing';
import { t } from '../../words/en';
import styles from './reaction-picker.module.css';

interface Props {
  mine: string | null;
  onPick: (emoji: string) => void;
  onClose: () => void;
}

/** The six emoji that WhatsApp's own app offers first. */
const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'];
const EmojiDialog = lazyPart(() => import('../../components/emoji/emoji-dialog'));

const EDGE_PX = 8;

/** Moves the picker into the thread's view. Beside a wide bubble, or on a phone, it would stand out of it. */
function keepInView(element: HTMLElement): void {
  const view = element.closest('section')?.getBoundingClientRect();
  if (!view) return;
  element.style.translate = '';
  const { left, right } = element.getBoundingClientRect();
  const over = right - (view.right - EDGE_PX);
  const under = view.left + EDGE_PX - left;
  element.style.translate = over > 0 ? `${-over}px` : under > 0 ? `${under}px` : '';
}

/** Six emoji at hand, and all others behind “more”. Esc or a click elsewhere closes the picker. */
export function ReactionPicker({ mine, onPick, onClose }: Props) {
  const [isAll, setAll] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  // Above the bubble, unless that is out of the thread's view.
  const [isBelow, setBelow] = useState(false);
  useEffect(() => {
    const element = place.current;
    const before = document.activeElement;
    const view = element?.closest('section');
    if (element && view && element.getBoundingClientRect().top < view.getBoundingClientRect().top)
      // oxlint-disable-next-line react/set-state-in-effect
      setBelow(true);
    element?.querySelector('button')?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  useLayoutEffect(() => {
    const keep = () => place.current && keepInView(place.current);
    keep();
    window.addEventListener('resize', keep);
    return () => window.removeEventListener('resize', keep);
  }, []);
  useEffect(() => {
    if (isAll) return;
    const onPress = (event: PointerEvent) => {
      if (event.target instanceof Node && !place.current?.parentElement?.contains(event.target)) onClose();
    };
    document.addEventListener('pointerdown', onPress);
    return () => document.removeEventListener('pointerdown', onPress);
  }, [isAll, onClose]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || isComposing(event)) return;
    event.preventDefault();
    event.stopPropagation();
    onClose();
  };
  return (
    // Escape closes the group from any of its buttons.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={place}
      className={styles.picker}
      data-below={isBelow || undefined}
      role="group"
      aria-label={t.bubble.react}
      onKeyDown={onKeyDown}
    >
      {QUICK.map((emoji) => (
        <button
          key={emoji}
          type="button"
          className={styles.emoji}
          aria-pressed={emoji === mine}
          onClick={() => onPick(emoji)}
        >
          {emoji}
        </button>
      ))}
      <button type="button" className={styles.more} aria-label={t.bubble.moreEmoji} onClick={() => setAll(true)}>
        <Plus size={18} aria-hidden />
      </button>
      {isAll && (
        <Suspense>
          <EmojiDialog onPick={onPick} onClose={onClose} />
        </Suspense>
      )}
    </div>
  );
}
