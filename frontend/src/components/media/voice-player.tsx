import { useQueryClient } from '@tanstack/react-query';
import { Download, Mic, Music, Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { ThreadData } from '../../lib/apply-event';
import { duration } from '../../lib/format';
import { keys } from '../../lib/keys';
import { isVoiceNote } from '../../lib/message/content';
import type { MediaPart } from '../../lib/message/media';
import type { Message } from '../../lib/types';
import { t } from '../../words/en';
import { k } from '../../words/kinds-en';
import { nextNote, playback } from './playback';
import styles from './voice-player.module.css';
import { Waveform } from './waveform';

const RATES = [1, 1.5, 2];

/** Plays a voice note or another audio file. One plays at a time, and the next note follows a note. */
export function VoicePlayer({ message, media, url }: { message: Message; media: MediaPart; url: string }) {
  const client = useQueryClient();
  const follow = () => {
    const data = client.getQueryData<ThreadData>(keys.thread(message.conversation_id));
    const messages = data?.pages.toReversed().flatMap((page) => page.messages) ?? [];
    playback.play(nextNote(messages, message.id));
  };
  return (
    <AudioPlayer
      id={message.id}
      url={url}
      filename={media.filename ?? ''}
      waveform={media.waveform}
      length={media.duration}
      isVoice={isVoiceNote(message)}
      {...(isVoiceNote(message) ? { onEnded: follow } : {})}
    />
  );
}

interface Props {
  id: string;
  url: string;
  filename?: string;
  waveform: number[] | null;
  /** The length in seconds, where it is known before the file is loaded. */
  length: number | null;
  isVoice: boolean;
  onEnded?: () => void;
}

export function AudioPlayer({ id, url, filename, waveform, length, isVoice, onEnded }: Props) {
  const audio = useRef<HTMLAudioElement>(null);
  const { current, rate } = useSyncExternalStore(playback.subscribe, playback.snapshot);
  const isCurrent = current === id;
  const [position, setPosition] = useState(0);
  const [known, setKnown] = useState(length);
  const [hasFailed, setFailed] = useState(false);
  const total = known ?? 0;

  useEffect(() => {
    const element = audio.current;
    if (!element) return;
    element.playbackRate = rate;
    if (isCurrent) element.play().catch(() => playback.stop(id));
    else element.pause();
  }, [id, isCurrent, rate]);
  useEffect(() => () => playback.stop(id), [id]);

  const ended = () => {
    setPosition(0);
    playback.stop(id);
    onEnded?.();
  };
  const seek = (seconds: number) => {
    setPosition(seconds);
    if (audio.current) audio.current.currentTime = seconds;
  };
  if (hasFailed)
    return (
      <a className={styles.failed} href={url} download={filename}>
        <Download size={16} aria-hidden /> {k.media.playFailed}
      </a>
    );
  return (
    <div className={styles.player} data-time="note" role="group" aria-label={isVoice ? t.voiceNote : t.typeName('audio')}>
      {/* Nobody writes captions for a voice note. */}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <audio
        ref={audio}
        src={url}
        preload={length === null ? 'metadata' : 'none'}
        onLoadedMetadata={(event) => {
          const seconds = event.currentTarget.duration;
          if (Number.isFinite(seconds)) setKnown(seconds);
          event.currentTarget.playbackRate = rate;
        }}
        onTimeUpdate={(event) => setPosition(event.currentTarget.currentTime)}
        onEnded={ended}
        onError={() => setFailed(true)}
      />
      <button
        type="button"
        className={styles.play}
        aria-label={isCurrent ? k.media.pause : k.media.play}
        onClick={() => (isCurrent ? playback.stop(id) : playback.play(id))}
      >
        {isCurrent ? <Pause size={20} /> : <Play size={20} />}
      </button>
      <div className={styles.track}>
        <Waveform bars={waveform} progress={total > 0 ? position / total : 0} />
        <input
          type="range"
          className={styles.slider}
          aria-label={k.media.position}
          aria-valuetext={duration(position)}
          min={0}
          max={Math.max(total, 0.1)}
          step={0.1}
          value={Math.min(position, Math.max(total, 0.1))}
          onChange={(event) => seek(Number(event.target.value))}
        />
        <span className={styles.time}>
          {isVoice ? <Mic size={12} aria-hidden /> : <Music size={12} aria-hidden />}
          {duration(isCurrent || position > 0 ? position : total)}
        </span>
      </div>
      <button
        type="button"
        className={styles.rate}
        aria-label={k.media.speed(rate)}
        onClick={() => playback.setRate(RATES[(RATES.indexOf(rate) + 1) % RATES.length] ?? 1)}
      >
        {k.media.rate(rate)}
      </button>
    </div>
  );
}
