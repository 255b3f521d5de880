import { Download, FileText } from 'lucide-react';
import { fileSize } from '../../lib/format';
import type { MediaPart } from '../../lib/message/media';
import { k } from '../../words/kinds-en';
import styles from './media.module.css';

/** A file's name, kind and size, and its download. Files of customers are never opened in the page. */
export function DocumentFile({ name, media, url }: { name: string; media: MediaPart; url: string }) {
  const kind = kindOf(name, media.mimeType);
  return (
    <a className={styles.file} data-time="inside" href={url} download={name} aria-label={`${k.media.download} ${name}`}>
      <span className={styles.icon} aria-hidden>
        <FileText size={22} />
      </span>
      <span className={styles.words}>
        <bdi className={styles.name}>{name}</bdi>
        <span className={styles.detail}>
          {[kind, media.size === null ? null : fileSize(media.size)].filter(Boolean).join(' · ')}
        </span>
      </span>
      <Download size={18} aria-hidden className={styles.save} />
    </a>
  );
}

/** “PDF”, “DOCX”: the name's ending, else the last word of the MIME type. */
function kindOf(name: string, mimeType: string | null): string {
  const ending = /\.([A-Za-z0-9]{1,5})$/.exec(name)?.[1];
  return (ending ?? mimeType?.split(/[/;.+-]/)[1] ?? '').toUpperCase();
}
