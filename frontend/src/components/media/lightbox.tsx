import { useQueryClient } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, Download, X, ZoomIn, ZoomOut } from 'lucide-react';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ThreadData } from '../../lib/apply-event';
import { fullTime } from '../../lib/format';
import { keys } from '../../lib/keys';
import { mediaOf } from '../../lib/message/media';
import type { Message } from '../../lib/types';
import { isComposing } from '../../lib/typing';
import { t } from '../../words/en';
import { k } from '../../words/kinds-en';
import { l } from '../../words/lightbox-en';
import { Markup } from '../markup';
import styles from './lightbox.module.css';

const ZOOMS = [1, 1.5, 2, 3, 4];

const isShown = (message: Message): boolean =>
  (message.message_type === 'image' || message.message_type === 'video') && mediaOf(message)?.state === 'ready';

/** A picture or film as large as the window. The arrows go through those of the loaded thread. */
export default function Lightbox(props: { message: Message; from: string; onClose: () => void }) {
  const { onClose } = props;
  const client = useQueryClient();
  const dialog = useRef<HTMLDialogElement>(null);
  const [shownId, setShownId] = useState(props.message.id);
  const [zoom, setZoom] = useState(0);
  const stage = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLImageElement>(null);
  // The picture's size as it fits the window, and the point of it that stands still while it grows.
  const [fitted, setFitted] = useState(0);
  const still = useRef<Place | null>(null);
  // The list is read once, so that messages that come in do not move the picture.
  const [all] = useState(() => {
    const data = client.getQueryData<ThreadData>(keys.thread(props.message.conversation_id));
    const pages = data?.pages.toReversed() ?? [];
    const found = pages.flatMap((page) => page.messages).filter(isShown);
    return found.some((message) => message.id === props.message.id) ? found : [props.message];
  });
  const at = all.findIndex((message) => message.id === shownId);
  const message = all[at] ?? props.message;
  const media = mediaOf(message);

  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return () => element?.close();
  }, []);

  const go = (step: number) => {
    const next = all[at + step];
    if (!next) return;
    setShownId(next.id);
    setZoom(0);
  };
  /** Zooms around a point of the window, or around the middle of what is seen. */
  const change = (step: number, at: Point | null = null) => {
    const next = Math.min(Math.max(zoom + step, 0), ZOOMS.length - 1);
    if (next === zoom || !picture.current || !stage.current) return;
    if (zoom === 0) setFitted(picture.current.clientWidth);
    still.current = placeIn(picture.current, at ?? middleOf(stage.current));
    setZoom(next);
  };
  useLayoutEffect(() => {
    const [place, view, shown] = [still.current, stage.current, picture.current];
    if (!place || !view || !shown) return;
    still.current = null;
    const box = shown.getBoundingClientRect();
    view.scrollLeft += box.left + place.part.x * box.width - place.at.x;
    view.scrollTop += box.top + place.part.y * box.height - place.at.y;
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [zoom]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    const isRtl = document.dir === 'rtl';
    if (event.key === 'ArrowLeft') go(isRtl ? 1 : -1);
    else if (event.key === 'ArrowRight') go(isRtl ? -1 : 1);
    else if (event.key === '+' || event.key === '=') change(1);
    else if (event.key === '-') change(-1);
    else return;
    event.preventDefault();
  };
  if (!media?.url) return null;
  const isVideo = message.message_type === 'video';
  const name = message.direction === 'inbound' ? props.from : t.thread.business;
  const scale = ZOOMS[zoom] ?? 1;
  return (
    // These keys are for the whole dialog, which holds the focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <dialog ref={dialog} className={styles.lightbox} aria-label={l.label} onClose={onClose} onKeyDown={onKeyDown}>
      <div className={styles.bar}>
        <p className={styles.about}>
          <bdi>{name}</bdi>
          <time dateTime={message.timestamp}>{fullTime(message.timestamp)}</time>
        </p>
        {!isVideo && (
          <>
            <button type="button" aria-label={l.zoomOut} disabled={zoom === 0} onClick={() => change(-1)}>
              <ZoomOut size={20} />
            </button>
            <button type="button" aria-label={l.zoomIn} disabled={zoom === ZOOMS.length - 1} onClick={() => change(1)}>
              <ZoomIn size={20} />
            </button>
          </>
        )}
        <a href={media.url} download={media.filename ?? ''} aria-label={k.media.download}>
          <Download size={20} />
        </a>
        <button type="button" aria-label={t.close} onClick={() => dialog.current?.close()}>
          <X size={20} />
        </button>
      </div>
      {/* A picture larger than the window scrolls, and the keyboard must reach what scrolls. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={stage} className={styles.stage} data-zoomed={zoom > 0 || undefined} tabIndex={zoom > 0 ? 0 : undefined}>
        {isVideo ? (
          // The customer's film has no captions that could be shown.
          // oxlint-disable-next-line jsx-a11y/media-has-caption
          <video key={message.id} src={media.url} poster={media.thumbnailUrl ?? undefined} controls autoPlay />
        ) : (
          // A double click is a shortcut for the buttons, which the keyboard reaches.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
          <img
            key={message.id}
            ref={picture}
            src={media.url}
            onDoubleClick={({ clientX, clientY }) => change(zoom === 0 ? 2 : -zoom, { x: clientX, y: clientY })}
            alt={message.text ?? k.media.photo(name)}
            style={zoom > 0 ? { inlineSize: `${scale * fitted}px`, maxInlineSize: 'none', maxBlockSize: 'none' } : undefined}
          />
        )}
      </div>
      {all.length > 1 && (
        <div className={styles.arrows}>
          <button type="button" aria-label={l.previous} disabled={at <= 0} onClick={() => go(-1)}>
            <ChevronLeft size={26} />
          </button>
          <p aria-live="polite">{l.position(at + 1, all.length)}</p>
          <button type="button" aria-label={l.next} disabled={at >= all.length - 1} onClick={() => go(1)}>
            <ChevronRight size={26} />
          </button>
        </div>
      )}
      {message.text && (
        <div className={styles.caption} dir="auto">
          <Markup text={message.text} />
        </div>
      )}
    </dialog>
  );
}

interface Point {
  x: number;
  y: number;
}

interface Place {
  at: Point;
  /** The same point as parts of the picture's size. */
  part: Point;
}

function middleOf(element: HTMLElement): Point {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

function placeIn(picture: HTMLElement, at: Point): Place {
  const { left, top, width, height } = picture.getBoundingClientRect();
  return { at, part: { x: (at.x - left) / width, y: (at.y - top) / height } };
}
