import { type RefObject, useEffect, useEffectEvent } from 'react';
import { allListed, type Choosing, extended, toggled } from '../../lib/selection';
import { getSettings } from '../../lib/settings';
import { shortcutOf } from '../../lib/shortcuts';
import { isComposing } from '../../lib/typing';
import { b } from '../../words/bulk-en';
import styles from './selecting.module.css';
import type { Selecting } from './use-selection';

interface PickProps {
  name: string;
  isChosen: boolean;
  isTabStop: boolean;
  onPick: (isRange: boolean) => void;
}

/** The box that chooses a row, over its picture. */
export function RowPick({ name, isChosen, isTabStop, onPick }: PickProps) {
  return (
    <label className={styles.pick} data-pick>
      <input
        type="checkbox"
        aria-label={b.select(name)}
        checked={isChosen}
        tabIndex={isTabStop ? 0 : -1}
        onChange={(event) => onPick((event.nativeEvent as MouseEvent).shiftKey)}
      />
    </label>
  );
}

const LONG_PRESS_MS = 500;
// A finger that moves farther scrolls.
const STILL_PX = 10;

interface Props extends Selecting {
  list: RefObject<HTMLElement | null>;
  /** Those that can be chosen, in the list's order. */
  ids: readonly string[];
  focusRow: (id: string) => void;
}

/**
 * The other ways to choose rows: Shift and a click, a long press, and keys. It hears them before the rows do, which
 * are links.
 */
export function ListSelecting({ list, ids, selection, change, focusRow }: Props) {
  const toggle = (id: string) => change((now) => toggled(now, id, ids));
  const extend = (id: string) => change((now: Choosing) => extended(now, id, ids));
  const canBe = (id: string | null): id is string => id !== null && ids.includes(id);

  /** Whether the click was one on the selection, and not on the link. */
  const onClick = useEffectEvent((event: MouseEvent, isTouch: boolean): boolean => {
    const id = rowOf(event);
    if (!canBe(id) || event.ctrlKey || event.metaKey) return false;
    if (event.shiftKey) extend(id);
    else if (isTouch && selection !== null) toggle(id);
    else return false;
    return true;
  });
  const onLongPress = useEffectEvent((id: string | null): boolean => {
    if (!canBe(id)) return false;
    toggle(id);
    return true;
  });
  const onRowKey = (event: KeyboardEvent): boolean => {
    const id = rowOf(event);
    if (!canBe(id) || event.ctrlKey || event.metaKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const pressed = getSettings().singleKeys ? shortcutOf(event) : null;
    if (pressed === 'Shift+X' || (event.key === ' ' && event.shiftKey)) extend(id);
    else if (pressed === 'X' || event.key === ' ') toggle(id);
    else if (step !== undefined && event.shiftKey) {
      const next = ids[ids.indexOf(id) + step];
      if (next === undefined) return true;
      // What the range begins with is chosen, too.
      change((now) => extended(now?.anchor ? now : extended(now, id, ids), next, ids));
      focusRow(next);
    } else return false;
    return true;
  };
  const onKey = useEffectEvent((event: KeyboardEvent): boolean => {
    if (isComposing(event) || event.altKey) return false;
    if (event.key === 'Escape' && selection !== null) change(() => null);
    else if (shortcutOf(event) === 'Mod+A' && selection !== null) change(() => allListed(ids));
    else return onRowKey(event);
    return true;
  });

  useEffect(() => {
    const place = list.current;
    if (place === null) return;
    let timer = 0;
    let isTouch = false;
    let wasLong = false;
    let from = { x: 0, y: 0 };
    const stop = (event: Event) => {
      event.preventDefault();
      event.stopPropagation();
    };
    const release = () => window.clearTimeout(timer);
    const hearing: [string, (event: Event) => void][] = [
      [
        'pointerdown',
        (given) => {
          const event = given as PointerEvent;
          release();
          isTouch = event.pointerType === 'touch';
          wasLong = false;
          from = { x: event.clientX, y: event.clientY };
          const id = rowOf(event);
          if (isTouch) timer = window.setTimeout(() => (wasLong = onLongPress(id)), LONG_PRESS_MS);
        },
      ],
      [
        'pointermove',
        (given) => {
          const { clientX, clientY } = given as PointerEvent;
          if (Math.hypot(clientX - from.x, clientY - from.y) > STILL_PX) release();
        },
      ],
      ['pointerup', release],
      ['pointercancel', release],
      // The system's own menu of a link comes after the same wait.
      ['contextmenu', (event) => isTouch && rowOf(event) !== null && event.preventDefault()],
      [
        'click',
        (event) => {
          if (wasLong || onClick(event as MouseEvent, isTouch)) stop(event);
          wasLong = false;
        },
      ],
      ['keydown', (event) => onKey(event as KeyboardEvent) && stop(event)],
    ];
    for (const [name, hear] of hearing) place.addEventListener(name, hear, true);
    return () => {
      release();
      for (const [name, hear] of hearing) place.removeEventListener(name, hear, true);
    };
  }, [list]);
  return null;
}

/** The conversation of the row that an event is about; null: of no row, or of its box. */
function rowOf({ target }: Event): string | null {
  return (target as Element).closest<HTMLElement>('[data-conversation]')?.dataset.conversation ?? null;
}
