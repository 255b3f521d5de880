import { CircleAlert, Download, FileText, Image, MapPin, Mic, Music, Sticker, User, Video } from 'lucide-react';
import type { ReactNode } from 'react';
import { contactsOf, isVoiceNote, locationOf, mediaOf, type MediaPart, templateOf } from '../../lib/message-content';
import { typeName } from '../../lib/preview';
import type { Message } from '../../lib/types';
import { t } from '../../messages/en';
import styles from './content-part.module.css';

const ICONS: Record<string, ReactNode> = {
  image: <Image size={20} />,
  video: <Video size={20} />,
  audio: <Music size={20} />,
  document: <FileText size={20} />,
  sticker: <Sticker size={20} />,
  location: <MapPin size={20} />,
  contacts: <User size={20} />,
};

/** What a message holds besides text. Whatever it is, it is named: no bubble is ever blank. */
export function ContentPart({ message }: { message: Message }) {
  const media = mediaOf(message);
  if (media) return <MediaContent message={message} media={media} />;
  const place = locationOf(message);
  if (place) {
    const at = `${place.latitude},${place.longitude}`;
    return (
      <Part icon={ICONS.location} title={place.name ?? t.typeName('location')} detail={place.address ?? at}>
        <a href={`https://www.openstreetmap.org/?mlat=${place.latitude}&mlon=${place.longitude}`} target="_blank" rel="noopener noreferrer nofollow">
          {t.bubble.openMap}
        </a>
      </Part>
    );
  }
  const contacts = contactsOf(message);
  if (contacts.length > 0)
    return contacts.map((contact, index) => (
      // oxlint-disable-next-line react/no-array-index-key
      <Part key={index} icon={ICONS.contacts} title={contact.name} detail={contact.phones.join(', ')} />
    ));
  const template = templateOf(message);
  if (template !== null) return <Part icon={<FileText size={20} />} title={t.typeName('template')} detail={template} />;
  if (message.message_type === 'unsupported') {
    const detail = message.direction === 'inbound' ? t.bubble.unsupported : t.bubble.unsupportedOutbound;
    return <Part icon={<CircleAlert size={20} />} title={t.typeName('unsupported')} detail={detail} />;
  }
  if (message.message_type === 'text' || message.text) return null;
  return <Part icon={<CircleAlert size={20} />} title={typeName(message)} />;
}

function MediaContent({ message, media }: { message: Message; media: MediaPart }) {
  const icon = isVoiceNote(message) ? <Mic size={20} /> : ICONS[message.message_type];
  if (media.state !== 'ready' || media.url === null) {
    const detail = media.state === 'failed' ? t.bubble.mediaFailed : t.bubble.mediaPending;
    return <Part icon={icon} title={media.filename ?? typeName(message)} detail={detail} />;
  }
  const box = media.width && media.height ? { aspectRatio: `${media.width} / ${media.height}` } : undefined;
  if (message.message_type === 'image' || message.message_type === 'sticker')
    return (
      <a href={media.url} target="_blank" rel="noopener noreferrer" className={styles.picture} style={box}>
        <img src={media.thumbnailUrl ?? media.url} alt={typeName(message)} loading="lazy" />
      </a>
    );
  if (message.message_type === 'video')
    // The customer's film has no captions that could be shown.
    // oxlint-disable-next-line jsx-a11y/media-has-caption
    return <video className={styles.picture} style={box} src={media.url} controls preload="none" />;
  if (message.message_type === 'audio')
    // oxlint-disable-next-line jsx-a11y/media-has-caption
    return <audio className={styles.audio} src={media.url} controls preload="none" />;
  return (
    <Part icon={icon} title={media.filename ?? typeName(message)} detail={media.mimeType ?? ''}>
      <a href={media.url} target="_blank" rel="noopener noreferrer">
        <Download size={14} aria-hidden /> {t.bubble.openFile}
      </a>
    </Part>
  );
}

function Part(props: { icon: ReactNode; title: string; detail?: string; children?: ReactNode }) {
  return (
    <div className={styles.part}>
      <span className={styles.icon} aria-hidden>
        {props.icon}
      </span>
      <div className={styles.words}>
        <bdi className={styles.title}>{props.title}</bdi>
        {props.detail && <span className={styles.detail}>{props.detail}</span>}
        {props.children}
      </div>
    </div>
  );
}
