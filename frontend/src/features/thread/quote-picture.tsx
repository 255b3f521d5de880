import { mediaOf } from '../../lib/message/media';
import type { Message } from '../../lib/types';
import styles from './quoted-message.module.css';

/** The quoted picture, small. */
export default function QuotePicture({ message }: { message: Message }) {
  const media = mediaOf(message);
  const still = media?.thumbnailUrl ?? (message.message_type === 'video' ? null : media?.url);
  if (media?.state !== 'ready' || !still) return null;
  return <img className={styles.picture} src={still} alt="" loading="lazy" />;
}
