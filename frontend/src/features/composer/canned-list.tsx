import { Paperclip, Reply } from 'lucide-react';
import { type RefObject, useCallback, useState } from 'react';
import { useCanned } from '../../hooks/canned';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { notify } from '../../lib/notices';
import type { CannedReply, Conversation } from '../../lib/types';
import { w } from '../../words/writing-en';
import { findCanned, slashWord } from './canned-search';
import { type CannedPreview, CannedSheet } from './canned-sheet';
import type { Selected } from './formatting';
import { Offered } from './offered';
import { unfilledIn } from './unfilled';
import styles from './writing-aids.module.css';

interface Props {
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  onEdit: (next: Selected) => void;
  conversation: Conversation;
}

const NONE: readonly CannedReply[] = [];

/** What “/word” stands for: a canned reply, filled in for this customer, in the word's place. */
export default function CannedList({ field, text, onEdit, conversation }: Props) {
  const { api } = useServices();
  const all = useCanned(conversation.workspace_id).data ?? NONE;
  const [shown, setShown] = useState<CannedPreview | null>(null);

  const take = async (canned: CannedReply, word: string) => {
    const params = { path: { workspace_id: conversation.workspace_id, canned_id: canned.id } };
    const rendered = await bodyOf(
      api.POST('/api/live-chat/workspaces/{workspace_id}/canned-replies/{canned_id}/render', {
        params,
        body: { conversation_id: conversation.id },
      }),
    );
    // One may have gone on writing meanwhile: the word's place is where it stands now.
    const now = field.current?.value ?? '';
    const start = now.lastIndexOf(`/${word}`);
    const place: [number, number] = start === -1 ? [now.length, now.length] : [start, start + word.length + 1];
    const put = (inserted: string) => {
      const whole = now.slice(0, place[0]) + inserted + now.slice(place[1]);
      const [from, to] = unfilledIn(inserted) ?? [inserted.length, inserted.length];
      onEdit({ text: whole, start: place[0] + from, end: place[0] + to });
      field.current?.focus();
    };
    if (canned.content === null && canned.media.length === 0) put(rendered.text);
    else setShown({ canned, ...rendered, onSent: () => put('') });
  };

  return (
    <>
      <Offered
        field={field}
        text={text}
        wordAt={slashWord}
        find={useCallback((word: string) => findCanned(all, word), [all])}
        keyOf={({ id }) => id}
        onChoose={(canned, { word }) => void take(canned, word).catch((error: Error) => notify(error.message, 'trouble'))}
        label={w.canned}
        told={w.foundCanned}
      >
        {(canned) => (
          <>
            {canned.media.length > 0 ? <Paperclip size={18} aria-hidden /> : <Reply size={18} aria-hidden />}
            <span className={styles.canned}>
              <bdi className={styles.cannedName}>
                /{canned.shortcut} · {canned.title}
              </bdi>
              <bdi className={styles.cannedText}>{canned.body}</bdi>
            </span>
            {canned.scope === 'personal' && <span className={styles.own}>{w.own}</span>}
          </>
        )}
      </Offered>
      {shown && (
        <CannedSheet
          preview={shown}
          conversation={conversation}
          onClose={() => {
            setShown(null);
            field.current?.focus();
          }}
        />
      )}
    </>
  );
}
