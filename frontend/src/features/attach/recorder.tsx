import { CircleAlert, Mic, Square, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button';
import { duration } from '../../lib/format';
import { isComposing, isLayerOpen } from '../../lib/typing';
import { c } from '../../words/compose-en';
import shared from './attach.module.css';
import styles from './recorder.module.css';

// What browsers record; WhatsApp takes none of the first two as they are, so the server converts them.
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];
const BARS = 32;
// A slip of the finger, where it is left.
const WORTH_MS = 1000;

/** Records a voice message: it runs at once, shows how loud it is, and ends in the tray to be listened to. */
interface Props {
  onDone: (recording: File) => void;
  /** The agent has gone elsewhere meanwhile: nothing that was said is thrown away without being asked. */
  onLeft: (recording: File) => void;
  onClose: () => void;
}

export function Recorder({ onDone, onLeft, onClose }: Props) {
  const [problem, setProblem] = useState<string | null>(null);
  const [startedAt, setStartedAt] = useState<number | null>(null);
  const [now, setNow] = useState(0);
  const [levels, setLevels] = useState<number[]>([]);
  const recorder = useRef<MediaRecorder | null>(null);
  const isDiscarded = useRef(false);
  const stopButton = useRef<HTMLButtonElement>(null);
  const callbacks = useRef({ onDone, onLeft, onClose });
  useEffect(() => {
    callbacks.current = { onDone, onLeft, onClose };
  });
  const isRunning = startedAt !== null;
  useEffect(() => {
    if (isRunning) stopButton.current?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || isComposing(event) || isLayerOpen()) return;
      // Before the page takes it as the way back to the list.
      event.preventDefault();
      // It ends in the tray, where it can be heard, sent or removed.
      if (recorder.current?.state === 'recording') recorder.current.stop();
      else callbacks.current.onClose();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isRunning]);

  useEffect(() => {
    let isGone = false;
    let stop = () => {};
    const begin = async () => {
      const type = TYPES.find((one) => typeof MediaRecorder !== 'undefined' && MediaRecorder.isTypeSupported(one));
      if (type === undefined) {
        setProblem(c.record.none);
        return;
      }
      let stream: MediaStream;
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true } });
      } catch {
        setProblem(c.record.refused);
        return;
      }
      const end = () => {
        for (const track of stream.getTracks()) track.stop();
      };
      if (isGone) {
        end();
        return;
      }
      const running = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 32_000 });
      const chunks: Blob[] = [];
      running.addEventListener('dataavailable', (event) => chunks.push(event.data));
      running.addEventListener('stop', () => {
        end();
        const plain = type.split(';')[0] ?? type;
        const ending = plain.split('/')[1] ?? 'webm';
        if (isDiscarded.current) return;
        const recording = new File(chunks, `voice.${ending}`, { type: plain });
        if (!isGone) callbacks.current.onDone(recording);
        else if (Date.now() - beganAt > WORTH_MS) callbacks.current.onLeft(recording);
      });
      let endMeter = () => {};
      stop = () => {
        endMeter();
        if (running.state !== 'inactive') running.stop();
        end();
      };
      const beganAt = Date.now();
      endMeter = meter(stream, (level) => {
        setNow(Date.now());
        setLevels((known) => [...known, level].slice(-BARS));
      });
      running.start(1000);
      recorder.current = running;
      setStartedAt(Date.now());
      setNow(Date.now());
    };
    // Whatever fails once the microphone is on turns it off again.
    begin().catch(() => {
      stop();
      setProblem(c.record.none);
    });
    return () => {
      isGone = true;
      stop();
    };
  }, []);

  const finish = () => recorder.current?.stop();
  const discard = () => {
    isDiscarded.current = true;
    onClose();
  };
  return (
    <section className={`${shared.aboveField} ${styles.recorder}`} aria-label={c.record.label}>
      {problem === null ? (
        <>
          <span className={styles.live} aria-hidden>
            <Mic size={18} />
          </span>
          <span role="status" className="sr-only">
            {startedAt !== null && c.record.recording}
          </span>
          <span className={styles.clock}>{duration(startedAt === null ? 0 : (now - startedAt) / 1000)}</span>
          <svg className={styles.meter} viewBox={`0 0 ${BARS * 4} 24`} preserveAspectRatio="none" aria-hidden>
            {levels.map((level, index) => (
              // oxlint-disable-next-line react/no-array-index-key
              <rect key={index} x={index * 4} y={12 - level * 11 - 1} width={2} height={level * 22 + 2} rx={1} />
            ))}
          </svg>
        </>
      ) : (
        <span role="alert" className={shared.problem}>
          <CircleAlert size={16} aria-hidden /> {problem}
        </span>
      )}
      <Button kind="icon" aria-label={c.record.discard} title={c.record.discard} onClick={discard}>
        <Trash2 size={19} />
      </Button>
      {problem === null && (
        <Button kind="primary" ref={stopButton} disabled={startedAt === null} aria-label={c.record.stop} onClick={finish}>
          <Square size={16} fill="currentColor" aria-hidden />
        </Button>
      )}
    </section>
  );
}

/** Tells ten times a second how loud a stream is, from 0 to 1; returns what ends it. */
function meter(stream: MediaStream, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getByteTimeDomainData(samples);
    tell(Math.min(1, Math.max(...samples.map((sample) => Math.abs(sample - 128))) / 90));
  }, 100);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
