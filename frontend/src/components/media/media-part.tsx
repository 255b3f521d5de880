import { CircleAlert, FileText, Image, LoaderCircle, Mic, Music, RotateCw, Sticker, Video } from 'lucide-react';
import type { ReactNode } from 'react';
import { fileSize } from '../../lib/format';
import { lookUp } from '../../lib/lookup';
import { isVoiceNote } from '../../lib/message/content';
import { mediaOf, type MediaPart as Media } from '../../lib/message/media';
import { typeName } from '../../lib/message/preview';
import type { Message } from '../../lib/types';
import { t } from '../../words/en';
import { k } from '../../words/kinds-en';
import { Button } from '../button';
import { DocumentFile } from './document-file';
import { boxOf } from './media-box';
import styles from './media.module.css';
import { Picture } from './picture';
import { useMediaRetry } from './use-media-retry';
import { VoicePlayer } from './voice-player';

const ICONS: Record<string, ReactNode> = {
  image: <Image size={22} />,
  video: <Video size={22} />,
  audio: <Music size={22} />,
  document: <FileText size={22} />,
  sticker: <Sticker size={22} />,
};

/** A message's file in its final box: while it is fetched, when it is here, and when that failed. */
export function MediaPart({ message, from }: { message: Message; from: string }) {
  const media = mediaOf(message);
  if (!media) return null;
  if (media.state === 'failed') return <Failed message={message} media={media} />;
  if (media.state !== 'ready' || media.url === null) return <Pending message={message} media={media} />;
  switch (message.message_type) {
    case 'image':
    case 'video':
    case 'sticker':
      return <Picture message={message} media={media} url={media.url} from={from} />;
    case 'audio':
      return <VoicePlayer message={message} media={media} url={media.url} />;
    default:
      return <DocumentFile name={media.filename ?? typeName(message)} media={media} url={media.url} />;
  }
}

const iconOf = (message: Message) => (isVoiceNote(message) ? <Mic size={22} /> : lookUp(ICONS, message.message_type));

function Pending({ message, media }: { message: Message; media: Media }) {
  const box = boxOf(message.message_type, media);
  return (
    <div className={styles.waiting} data-box={box ? '' : undefined} style={box ?? undefined}>
      <span className={styles.icon} aria-hidden>
        {iconOf(message)}
      </span>
      <span className={styles.words}>
        <bdi className={styles.name}>{media.filename ?? typeName(message)}</bdi>
        <span className={styles.detail}>
          <LoaderCircle size={13} aria-hidden className={styles.turning} /> {k.media.fetching}
          {media.size !== null && ` ${fileSize(media.size)}`}
        </span>
      </span>
    </div>
  );
}

function Failed({ message, media }: { message: Message; media: Media }) {
  const retry = useMediaRetry(message.id);
  const canRetry = message.direction === 'inbound';
  return (
    <div className={styles.waiting} data-failed>
      <span className={styles.icon} aria-hidden>
        <CircleAlert size={22} />
      </span>
      <span className={styles.words}>
        <bdi className={styles.name}>{media.filename ?? typeName(message)}</bdi>
        <span className={styles.detail}>{media.error ?? k.media.failed}</span>
        {canRetry && (
          <Button kind="link" disabled={retry.isPending} onClick={() => retry.mutate()}>
            <RotateCw size={13} aria-hidden /> {retry.isPending ? k.media.retrying : t.retry}
          </Button>
        )}
        {retry.isError && (
          <span role="alert" className={styles.detail}>
            {k.media.retryFailed} {retry.error.message}
          </span>
        )}
      </span>
    </div>
  );
}
