import { useEffect, useId, useRef, useState } from 'react';
import { Button } from '../../components/button';
import { useServices } from '../../hooks/services';
import { ACCEPT, refusalOf } from '../../lib/attachments';
import { fileSize } from '../../lib/format';
import { upload } from '../../lib/upload';
import { c } from '../../words/compose-en';
import styles from './attach.module.css';
import type { Value } from './templates';

interface Props {
  label: string;
  kind: 'image' | 'video' | 'document';
  phoneNumberId: string;
  errors: string[];
  onChange: (value: Value) => void;
}

/** A file that a template shows at its top: checked, uploaded at once, and named when it is there. */
export function FileField({ label, kind, phoneNumberId, errors, onChange }: Props) {
  const { tokens } = useServices();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const running = useRef<AbortController | null>(null);
  const [name, setName] = useState<string | null>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const take = async (file: File) => {
    running.current?.abort();
    setName(null);
    onChange('');
    const refusal = refusalOf(file, kind);
    if (refusal) {
      setProblem(refusal.reason === 'size' ? c.tray.size(fileSize(refusal.limit)) : c.tray.type[kind]);
      return;
    }
    const abort = new AbortController();
    running.current = abort;
    setProblem(null);
    setProgress(0);
    try {
      const media = await upload({ tokens, phoneNumberId, file, kind, signal: abort.signal, onProgress: setProgress });
      setName(file.name);
      onChange({ mediaId: media.id, filename: file.name, previewUrl: media.thumbnail_url ?? (kind === 'image' ? media.url : null) });
    } catch (error) {
      if (!abort.signal.aborted) setProblem(error instanceof Error ? error.message : c.notSent);
    } finally {
      if (running.current === abort) setProgress(null);
    }
  };
  const sentences = problem === null ? errors : [problem];
  return (
    <div className={styles.form} role="group" aria-labelledby={id}>
      <span id={id} className={styles.fieldLabel}>
        {label}
      </span>
      <span className={styles.removable}>
        <Button
          aria-describedby={`${id}-errors`}
          aria-invalid={sentences.length > 0 || undefined}
          onClick={() => input.current?.click()}
        >
          {name === null ? c.templates.choose : c.templates.change}
        </Button>
        <bdi>{name}</bdi>
        {progress !== null && <progress className={styles.progress} max={1} value={progress} aria-label={label} />}
      </span>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        accept={kind === 'document' ? ACCEPT.documents : `${kind}/*`}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) void take(file);
        }}
      />
      {sentences.length > 0 && (
        <p id={`${id}-errors`} role="alert" className={styles.problem}>
          {sentences.join(' ')}
        </p>
      )}
    </div>
  );
}
