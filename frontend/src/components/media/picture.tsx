import { Play } from 'lucide-react';
import { Suspense, useCallback, useState } from 'react';
import { duration } from '../../lib/format';
import { lazyPart } from '../../lib/lazy-part';
import { isAnimated, type MediaPart } from '../../lib/message/media';
import { typeName } from '../../lib/message/preview';
import type { Message } from '../../lib/types';
import { k } from '../../words/kinds-en';
import { boxOf } from './media-box';
import styles from './media.module.css';

const Lightbox = lazyPart(() => import('./lightbox'));

/** A picture, film or sticker in its fixed box. A click shows it large, with the thread's others. */
export function Picture(props: { message: Message; media: MediaPart; url: string; from: string }) {
  const { message, media, url, from } = props;
  const [isOpen, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const box = boxOf(message.message_type, media) ?? undefined;
  const name = message.text ?? k.media.photo(from);
  const isVideo = message.message_type === 'video';
  if (message.message_type === 'sticker')
    return (
      <img
        className={styles.sticker}
        data-bare
        style={box}
        // An animated sticker is shown itself: its thumbnail would not move.
        src={isAnimated(message) ? url : (media.thumbnailUrl ?? url)}
        alt={typeName(message)}
        loading="lazy"
      />
    );
  const still = media.thumbnailUrl ?? (isVideo ? null : url);
  return (
    <>
      <button
        type="button"
        className={styles.picture}
        data-time="over"
        style={box}
        aria-label={k.media.open(isVideo ? typeName(message) : name)}
        onClick={() => setOpen(true)}
      >
        {still !== null && <img src={still} alt="" loading="lazy" />}
        {isVideo && (
          <span className={styles.film} aria-hidden>
            <span className={styles.playDisc}>
              <Play size={22} />
            </span>
            {media.duration !== null && <span className={styles.length}>{duration(media.duration)}</span>}
          </span>
        )}
      </button>
      {isOpen && (
        <Suspense>
          <Lightbox message={message} from={from} onClose={close} />
        </Suspense>
      )}
    </>
  );
}
