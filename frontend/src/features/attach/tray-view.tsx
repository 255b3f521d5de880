import { CircleAlert, FileText, Mic, Music, RotateCw, SendHorizontal, X } from 'lucide-react';
import { AudioPlayer } from '../../components/media/voice-player';
import { Button } from '../../components/button';
import { CAPTION_MAX, hasCaption } from '../../lib/attachments';
import { fileSize } from '../../lib/format';
import { c } from '../../words/compose-en';
import shared from './attach.module.css';
import styles from './tray-view.module.css';
import type { Tray, TrayItem } from './tray';

/** The files above the composer: what they are, how far they are, a caption for each, and one button to send. */
export function TrayView({ items, tray, onSend }: { items: readonly TrayItem[]; tray: Tray; onSend: () => void }) {
  const sendable = items.filter((item) => item.state !== 'refused');
  return (
    <section className={shared.aboveField} aria-label={c.tray.label}>
      <ul className={styles.files}>
        {items.map((item) => (
          <TrayFile key={item.id} item={item} tray={tray} />
        ))}
      </ul>
      {tray.textBehind() !== null && (
        <p className={shared.quiet}>
          {c.tray.behind} <bdi>{tray.textBehind()}</bdi>
        </p>
      )}
      <div className={styles.foot}>
        <span role="status">{c.tray.files(items.length)}</span>
        <Button
          kind="primary"
          className={shared.onward}
          disabled={!tray.canSend()}
          onClick={onSend}
        >
          <SendHorizontal size={18} aria-hidden /> {c.tray.send(sendable.length)}
        </Button>
      </div>
    </section>
  );
}

function TrayFile({ item, tray }: { item: TrayItem; tray: Tray }) {
  const { id, file, kind, state } = item;
  const name = kind === 'voice' ? c.tray.voice : file.name;
  const isUploading = state === 'uploading' || state === 'waiting';
  const isBad = state === 'refused' || state === 'failed';
  return (
    <li className={styles.fileRow} data-bad={isBad || undefined}>
      <Thumbnail item={item} />
      <div className={styles.fileWords}>
        <span className={styles.fileName}>
          <bdi>{name}</bdi> <bdi className={shared.quiet}>{fileSize(file.size)}</bdi>
        </span>
        {kind === 'voice' && item.previewUrl && (
          <AudioPlayer id={`tray-${id}`} url={item.previewUrl} waveform={item.media?.waveform ?? null} length={item.media?.duration ?? null} isVoice />
        )}
        {state === 'uploading' && (
          <progress className={shared.progress} max={1} value={item.progress} aria-label={name} />
        )}
        <span className={shared.quiet} role={isBad ? 'alert' : undefined} data-bad={isBad || undefined}>
          {isBad && <CircleAlert size={13} aria-hidden />} {stateLine(item)}
        </span>
        {hasCaption(kind) && !isBad && (
          <input
            className={styles.caption}
            aria-label={c.tray.caption(name)}
            placeholder={c.tray.captionPlaceholder}
            maxLength={CAPTION_MAX}
            dir="auto"
            value={item.caption}
            disabled={state === 'sending'}
            onChange={(event) => tray.setCaption(id, event.target.value)}
          />
        )}
        {state === 'failed' && (
          <Button kind="link" onClick={() => tray.retry(id)}>
            <RotateCw size={13} aria-hidden /> {c.tray.retry}
          </Button>
        )}
      </div>
      <Button
        kind="icon"
        aria-label={isUploading ? c.tray.cancel(name) : c.tray.remove(name)}
        disabled={state === 'sending'}
        onClick={() => tray.remove(id)}
      >
        <X size={18} />
      </Button>
    </li>
  );
}

function stateLine({ state, progress, refusal, problem, kind }: TrayItem): string {
  switch (state) {
    case 'waiting':
      return c.tray.waiting;
    case 'uploading':
      return progress >= 1 ? c.tray.converting : c.tray.uploading(Math.floor(progress * 100));
    case 'uploaded':
      return c.tray.uploaded;
    case 'sending':
      return c.tray.sending;
    default:
      if (refusal === null) return problem ?? c.notSent;
      if (refusal.reason === 'size') return c.tray.size(fileSize(refusal.limit));
      return refusal.reason === 'empty' ? c.tray.empty : c.tray.type[kind];
  }
}

function Thumbnail({ item }: { item: TrayItem }) {
  const { kind, previewUrl } = item;
  if (previewUrl && (kind === 'image' || kind === 'sticker'))
    return <img className={styles.thumbnail} src={previewUrl} alt="" />;
  // The first picture of the film, without sound and never played.
  if (previewUrl && kind === 'video')
    return <video className={styles.thumbnail} src={previewUrl} muted preload="metadata" aria-hidden />;
  const icon = kind === 'voice' ? <Mic size={22} /> : kind === 'audio' ? <Music size={22} /> : <FileText size={22} />;
  return (
    <span className={styles.thumbnail} aria-hidden>
      {icon}
    </span>
  );
}
