import { LockKeyhole, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button';
import { useServices } from '../../hooks/services';
import { clockTime, fullTime } from '../../lib/format';
import { partsOf, shownBody } from '../../lib/note-body';
import type { Note } from '../../lib/types';
import { isComposing } from '../../lib/typing';
import { c } from '../../words/changes-en';
import { t } from '../../words/en';
import { useDeleteNote, useEditNote } from './endpoints';
import { encode } from './note-text';
import styles from './notes.module.css';

/** A note between the messages, in a colour of its own: no customer ever sees it. Its author can change it. */
export default function NoteBubble({ note }: { note: Note }) {
  const { userId } = useServices();
  const [mode, setMode] = useState<'shown' | 'edited' | 'asking'>('shown');
  const { mutate: remove } = useDeleteNote(note);
  const isMine = note.author.user_id === userId;
  const name = isMine ? c.you : (note.author.name ?? c.somebody);
  if (note.body === null)
    return (
      <p className={styles.gone}>
        {c.noteGone(name)} <time dateTime={note.created_at}>{clockTime(note.created_at)}</time>
      </p>
    );
  return (
    <div className={styles.note} role="group" aria-label={c.note}>
      <p className={styles.head}>
        <LockKeyhole size={14} aria-hidden />
        <bdi>{c.noteOf(name)}</bdi>
        <time dateTime={note.created_at} title={fullTime(note.created_at)}>
          {clockTime(note.created_at)}
        </time>
        {note.edited_at && <span>{c.edited}</span>}
      </p>
      {mode === 'edited' ? (
        <Edit note={note} onDone={() => setMode('shown')} />
      ) : (
        <p className={styles.body} dir="auto">
          {partsOf(note.body, note.mentions).map((part, index) => (part.isMention ? <b key={index}>{part.text}</b> : part.text))}
        </p>
      )}
      {mode === 'asking' && (
        <p className={styles.question}>
          {c.removeQuestion}
          <Button onClick={() => setMode('shown')}>{t.cancel}</Button>
          <Button
            onClick={() => {
              setMode('shown');
              remove();
            }}
          >
            {c.removeNow}
          </Button>
        </p>
      )}
      {isMine && mode === 'shown' && (
        <span className={styles.actions}>
          <Button kind="icon" aria-label={c.edit} title={c.edit} onClick={() => setMode('edited')}>
            <Pencil size={15} />
          </Button>
          <Button kind="icon" aria-label={c.remove} title={c.remove} onClick={() => setMode('asking')}>
            <Trash2 size={15} />
          </Button>
        </span>
      )}
    </div>
  );
}

function Edit({ note, onDone }: { note: Note; onDone: () => void }) {
  const edit = useEditNote(note);
  const [text, setText] = useState(() => shownBody(note.body ?? '', note.mentions));
  // Who was mentioned stays so while their name stands there.
  const known = note.mentions.map(({ user_id, team_id, name }) => ({
    kind: user_id === null ? ('team' as const) : ('user' as const),
    id: user_id ?? team_id ?? '',
    name: name ?? c.somebody,
  }));
  const save = () => {
    if (text.trim() !== '' && !edit.isPending) edit.mutate(encode(text.trim(), known).body, { onSuccess: onDone });
  };
  return (
    <div className={styles.edit}>
      <textarea
        className={styles.editField}
        rows={3}
        dir="auto"
        maxLength={4096}
        aria-label={c.noteBody}
        // The button that was pressed is gone; here one goes on.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (isComposing(event) || event.key !== 'Escape') return;
          event.stopPropagation();
          event.preventDefault();
          onDone();
        }}
      />
      <span className={styles.answers}>
        <Button onClick={onDone}>{t.cancel}</Button>
        <Button kind="primary" disabled={text.trim() === '' || edit.isPending} onClick={save}>
          {c.save}
        </Button>
      </span>
    </div>
  );
}
