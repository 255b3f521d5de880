import { useQueryClient } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, Download, X, ZoomIn, ZoomOut } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { ThreadData } from '../../lib/apply-event';
import { fullTime } from '../../lib/format';
import { keys } from '../../lib/keys';
import { mediaOf } from '../../lib/message-parts';
import type { Message } from '../../lib/types';
import { t } from '../../messages/en';
import { k } from '../../messages/kinds-en';
import { l } from '../../messages/lightbox-en';
import styles from './lightbox.module.css';

const ZOOMS = [1, 1.5, 2, 3, 4];

const isShown = (message: Message): boolean =>
  (message.message_type === 'image' || message.message_type === 'video') && mediaOf(message)?.state === 'ready';

/** A picture or film as large as the window; the arrows go through those of the loaded thread. */
export default function Lightbox(props: { message: Message; from: string; onClose: () => void }) {
  const { onClose } = props;
  const client = useQueryClient();
  const dialog = useRef<HTMLDialogElement>(null);
  const [shownId, setShownId] = useState(props.message.id);
  const [zoom, setZoom] = useState(0);
  // Read once: what comes in while the picture is looked at does not move it.
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
  const change = (step: number) => setZoom((now) => Math.min(Math.max(now + step, 0), ZOOMS.length - 1));
  const onKeyDown = (event: KeyboardEvent) => {
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
    // Keys for the whole dialog, which holds the focus.
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
      {/* Larger than the window it scrolls, and the keyboard must reach what scrolls. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.stage} data-zoomed={zoom > 0 || undefined} tabIndex={zoom > 0 ? 0 : undefined}>
        {isVideo ? (
          // The customer's film has no captions that could be shown.
          // oxlint-disable-next-line jsx-a11y/media-has-caption
          <video key={message.id} src={media.url} poster={media.thumbnailUrl ?? undefined} controls autoPlay />
        ) : (
          <img
            key={message.id}
            src={media.url}
            alt={message.text ?? k.media.photo(name)}
            style={zoom > 0 ? { inlineSize: `${scale * 100}%`, maxInlineSize: 'none', maxBlockSize: 'none' } : undefined}
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
      {message.text && <p className={styles.caption}>{message.text}</p>}
    </dialog>
  );
}
