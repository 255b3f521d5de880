import { LockKeyhole, Users, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { Avatar } from '../../components/avatar';
import { Button } from '../../components/button';
import { useServices } from '../../hooks/services';
import { useSettings } from '../../hooks/settings';
import { useMembers, useTeams } from '../../hooks/workspace';
import { matchesWords } from '../../lib/match-words';
import type { Conversation } from '../../lib/types';
import { isComposing } from '../../lib/typing';
import { c } from '../../words/changes-en';
import { newNoteKey, useAddNote } from './endpoints';
import { readNoteDraft, writeNoteDraft } from './note-draft';
import { encode, type Mentionable, mentionAt } from './note-text';
import styles from './notes.module.css';

interface Props {
  id: string;
  conversation: Conversation;
  /** Back to what is written to the customer; null: there is no such place. */
  onReply: (() => void) | null;
}

const SHOWN = 6;

/** Where colleagues write to each other. It looks unlike the place where customers are answered, and is none. */
export default function NoteComposer({ id, conversation, onReply }: Props) {
  const { userId } = useServices();
  const { enterSends } = useSettings();
  const [text, setText] = useState(() => readNoteDraft(userId, conversation.id));
  const [chosen, setChosen] = useState<Mentionable[]>([]);
  const [cursor, setCursor] = useState(0);
  const [active, setActive] = useState(0);
  const [isShut, setShut] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  // Made once per note: to try again after a lost answer stores nothing twice.
  const key = useRef(newNoteKey());
  const add = useAddNote(conversation.id);
  const listId = useId();
  const people = useMentionable(conversation.workspace_id);
  useEffect(() => field.current?.focus(), []);

  const mention = isShut ? null : mentionAt(text, cursor);
  const found = mention === null ? [] : people.filter((one) => matchesWords(one.name, mention.typed)).slice(0, SHOWN);
  const at = Math.min(active, found.length - 1);
  const write = (next: string) => {
    setText(next);
    writeNoteDraft(userId, conversation.id, next);
    setShut(false);
    setActive(0);
  };
  const choose = (one: Mentionable | undefined) => {
    if (!one || mention === null) return;
    const before = `${text.slice(0, mention.from)}@${one.name} `;
    write(before + text.slice(cursor));
    // Nobody else is being looked for: the next Enter is the note's.
    setShut(true);
    setChosen([...chosen, one]);
    setCursor(before.length);
    requestAnimationFrame(() => field.current?.setSelectionRange(before.length, before.length));
    field.current?.focus();
  };
  const send = () => {
    if (text.trim() === '' || add.isPending) return;
    add.mutate(
      { key: key.current, ...encode(text.trim(), chosen) },
      {
        onSuccess: () => {
          key.current = newNoteKey();
          write('');
          setChosen([]);
        },
      },
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    const isCommand = event.ctrlKey || event.metaKey;
    const isListed = found.length > 0;
    if (isListed && event.key === 'ArrowDown') setActive((at + 1) % found.length);
    else if (isListed && event.key === 'ArrowUp') setActive((at - 1 + found.length) % found.length);
    else if (isListed && (event.key === 'Enter' || event.key === 'Tab')) choose(found[at]);
    else if (isListed && event.key === 'Escape') setShut(true);
    else if (event.key === 'Enter' && (enterSends ? !event.shiftKey && !isCommand : isCommand)) send();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section className={styles.composer} aria-label={c.note}>
      {found.length > 0 && (
        <div id={listId} role="listbox" aria-label={c.mention} className={styles.people}>
          {found.map((one, index) => (
            // The field has the focus and the keys.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={one.id}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              className={styles.person}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => choose(one)}
            >
              {one.kind === 'team' ? <Users size={18} aria-hidden /> : <Avatar name={one.name} id={one.id} size={24} />}
              <bdi>{one.name}</bdi>
              {one.kind === 'team' && <span className={styles.kind}>{c.team}</span>}
            </div>
          ))}
        </div>
      )}
      <div className={styles.row}>
        <LockKeyhole size={18} aria-hidden className={styles.lock} />
        <div className={styles.grow} data-text={text}>
          <textarea
            ref={field}
            id={id}
            className={styles.field}
            rows={1}
            dir="auto"
            maxLength={4096}
            aria-label={c.note}
            aria-describedby={`${id}-hint`}
            aria-autocomplete="list"
            aria-haspopup="listbox"
            aria-controls={found.length > 0 ? listId : undefined}
            aria-activedescendant={found.length > 0 ? `${listId}-${at}` : undefined}
            placeholder={c.noteBody}
            value={text}
            onChange={(event) => {
              write(event.target.value);
              setCursor(event.target.selectionStart);
            }}
            onSelect={(event) => setCursor(event.currentTarget.selectionStart)}
            onKeyDown={onKeyDown}
          />
        </div>
        <Button kind="primary" disabled={text.trim() === '' || add.isPending} onClick={send}>
          {c.addNote}
        </Button>
        {onReply && (
          <Button kind="icon" aria-label={c.reply} title={c.reply} onClick={onReply}>
            <X size={18} />
          </Button>
        )}
      </div>
      {add.isError && (
        <p role="alert" className={styles.problem}>
          {add.error.message}
        </p>
      )}
      <p id={`${id}-hint`} className={styles.foot}>
        {enterSends ? c.hint : c.hintCommand}
      </p>
    </section>
  );
}

/** Everybody of the workspace who can be told of something, and its teams. */
function useMentionable(workspaceId: string): Mentionable[] {
  const { userId } = useServices();
  const members = useMembers(workspaceId).data ?? [];
  const teams = useTeams(workspaceId).data ?? [];
  return [
    ...members
      .filter((one) => one.state === 'active' && one.user_id !== userId && one.name)
      .map((one) => ({ kind: 'user' as const, id: one.user_id, name: one.name ?? '' })),
    ...teams.map((one) => ({ kind: 'team' as const, id: one.id, name: one.name })),
  ];
}
