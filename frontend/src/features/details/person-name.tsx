import { Pencil } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { useServices } from '../../hooks/services';
import { useRights } from '../../hooks/workspace';
import { ApiProblem } from '../../lib/api';
import { fullTime } from '../../lib/format';
import type { Conversation } from '../../lib/types';
import { isComposing } from '../../lib/typing';
import { t } from '../../words/en';
import { w } from '../../words/person-en';
import styles from './details-pane.module.css';
import own from './person.module.css';
import { quickerThanUs, useChangePerson, usePerson } from './person-endpoints';

interface Props {
  conversation: Conversation;
  /** As it is shown everywhere. */
  name: string;
}

/** What the customer is called, and by whom; who may answer can call them by another name. */
export function PersonName({ conversation, name }: Props) {
  const { userId } = useServices();
  const { mayHandle } = useRights(conversation.workspace_id);
  const person = usePerson(conversation).data;
  const [isEdited, setEdited] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setEdited(false);
    // The field that had the focus is gone.
    requestAnimationFrame(() => button.current?.focus());
  };
  if (isEdited && person)
    return <Naming conversation={conversation} shown={person.display_name} profileName={person.profile_name} onClose={close} />;
  const by = person?.named_by;
  return (
    <>
      <p className={styles.name}>
        <bdi>{name}</bdi>
        {mayHandle && person && (
          <Button ref={button} kind="icon" className={own.pencil} aria-label={w.rename} title={w.rename} onClick={() => setEdited(true)}>
            <Pencil size={15} />
          </Button>
        )}
      </p>
      {person?.display_name && (
        <p className={own.aside} title={person.named_at ? fullTime(person.named_at) : undefined}>
          {by && w.namedBy(by.user_id === userId ? null : (by.name ?? w.somebody))}
          {by && person.profile_name && ' · '}
          {person.profile_name && (
            <>
              {w.onWhatsApp} <bdi>{person.profile_name}</bdi>
            </>
          )}
        </p>
      )}
    </>
  );
}

interface NamingProps {
  conversation: Conversation;
  shown: string | null;
  profileName: string | null;
  onClose: () => void;
}

function Naming({ conversation, shown, profileName, onClose }: NamingProps) {
  const { userId } = useServices();
  const change = useChangePerson(conversation);
  // What they saw when they began, until they have seen what somebody else made of it.
  const [seen, setSeen] = useState(shown);
  const [typed, setTyped] = useState(shown ?? profileName ?? '');
  const now = quickerThanUs(change.error);
  const save = () => {
    if (change.isPending) return;
    const name = typed.trim();
    const wanted = name === '' || (name === profileName && seen === null) ? null : name;
    if (wanted === seen) return onClose();
    change.mutate(
      { display_name: wanted, expected: { display_name: seen } },
      { onSuccess: onClose, onError: (error) => setSeen(quickerThanUs(error)?.display_name ?? seen) },
    );
  };
  const errors = change.error instanceof ApiProblem ? (change.error.errors.display_name ?? []) : [];
  const by = now?.named_by;
  return (
    // Escape in any of its fields leaves it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form
      className={own.naming}
      aria-label={w.rename}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => {
        if (isComposing(event) || event.key !== 'Escape') return;
        event.stopPropagation();
        event.preventDefault();
        onClose();
      }}
    >
      <Field
        label={w.name}
        hint={profileName === null ? w.nameHint : w.nameHintOf(profileName)}
        value={typed}
        maxLength={100}
        dir="auto"
        autoComplete="off"
        // The button that was pressed is gone; here one goes on.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        errors={errors}
        onChange={(event) => setTyped(event.target.value)}
        onFocus={(event) => event.target.select()}
      />
      {now && (
        <p role="alert" className={own.warning}>
          {w.quickerName(by && by.user_id !== userId ? (by.name ?? w.somebody) : w.somebody, now.display_name ?? now.profile_name ?? '–')}
        </p>
      )}
      {change.error && !now && errors.length === 0 && (
        <p role="alert" className={own.failure}>
          {change.error.message}
        </p>
      )}
      <div className={own.actions}>
        <Button onClick={onClose}>{t.cancel}</Button>
        <Button kind="primary" type="submit" disabled={change.isPending}>
          {change.isPending ? w.saving : now ? w.saveAnyway : w.save}
        </Button>
      </div>
    </form>
  );
}
