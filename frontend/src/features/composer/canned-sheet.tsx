import { Paperclip } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button } from '../../components/button';
import { Sheet } from '../../components/sheet';
import { TextArea } from '../../components/text-area';
import { useSendPart } from '../../hooks/send-part';
import { useServices } from '../../hooks/services';
import { newId } from '../../lib/ids';
import { newReply } from '../../lib/new-reply';
import type { CannedReply, Conversation } from '../../lib/types';
import { t } from '../../words/en';
import { w } from '../../words/writing-en';
import styles from './canned-sheet.module.css';
import { unfilledIn } from './unfilled';

export interface CannedPreview {
  canned: CannedReply;
  /** Both as they read in this conversation. */
  text: string;
  content: { [name: string]: unknown } | null;
  onSent: () => void;
}

interface Props {
  preview: CannedPreview;
  conversation: Conversation;
  onClose: () => void;
}

interface Step {
  key: string;
  type: string;
  part: unknown;
}

const CAPTIONED = new Set(['image', 'video', 'document']);

/** A canned reply that is more than text, before it goes out: its words, what can be tapped, its files. */
export function CannedSheet({ preview: { canned, text: given, content, onSent }, conversation, onClose }: Props) {
  const { outbox } = useServices();
  const sendPart = useSendPart({ phoneNumberId: conversation.phone_number_id, conversationId: conversation.id });
  const [text, setText] = useState(given);
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  // What has gone out already does not go out again when the next one has failed.
  const left = useRef<Step[] | null>(null);
  const [hasBegun, setBegun] = useState(false);
  const isUnfilled = unfilledIn(text) !== null || unfilledIn(JSON.stringify(content)) !== null;

  const send = async () => {
    setSending(true);
    setProblem(null);
    setBegun(true);
    left.current ??= stepsOf(canned, text, content);
    try {
      for (let step = left.current[0]; step !== undefined; step = left.current[0]) {
        if (step.type === 'text') outbox.add(newReply(conversation, String(step.part), null));
        else await sendPart(step);
        left.current.shift();
      }
      onClose();
      onSent();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setSending(false);
    }
  };
  return (
    <Sheet
      heading={canned.title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button kind="primary" disabled={isSending || isUnfilled} onClick={() => void send()}>
            {t.composer.send}
          </Button>
        </>
      }
    >
      <div className={styles.body}>
        {given !== '' && (
          <TextArea
            label={w.cannedText}
            dir="auto"
            rows={5}
            maxLength={4096}
            value={text}
            disabled={hasBegun}
            onChange={(event) => setText(event.target.value)}
          />
        )}
        {content !== null && <Tappable content={content} />}
        {canned.media.length > 0 && (
          <ul className={styles.files} aria-label={w.files}>
            {canned.media.map((file) => (
              <li key={file.id}>
                <Paperclip size={16} aria-hidden />
                <bdi>{file.filename ?? file.kind}</bdi>
              </li>
            ))}
          </ul>
        )}
        {isUnfilled && <p role="alert">{w.unfilled}</p>}
        {problem !== null && <p role="alert">{problem}</p>}
      </div>
    </Sheet>
  );
}

/** The words of an interactive message, and the titles of what can be tapped. */
function Tappable({ content }: { content: object }) {
  const titles = new Set<string>();
  const read = (value: unknown) => {
    if (Array.isArray(value)) value.forEach(read);
    else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) {
        if (name === 'title' && typeof inner === 'string') titles.add(inner);
        else read(inner);
      }
  };
  read(Reflect.get(content, 'action'));
  const body: unknown = Reflect.get(content, 'body');
  const words = typeof body === 'object' && body !== null ? Reflect.get(body, 'text') : null;
  return (
    <div>
      {typeof words === 'string' && (
        <p dir="auto" className={styles.words}>
          {words}
        </p>
      )}
      <ul className={styles.titles} aria-label={w.choices}>
        {[...titles].map((title) => (
          <li key={title}>
            <bdi>{title}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The messages that it becomes, in order. The text is the first file's caption where that may have one. */
function stepsOf({ media }: CannedReply, text: string, content: CannedPreview['content']): Step[] {
  const words = text.trim();
  const first = media[0];
  const isCaption = words !== '' && first !== undefined && CAPTIONED.has(first.kind);
  return [
    ...(words !== '' && !isCaption ? [{ key: newId(), type: 'text', part: words }] : []),
    ...media.map(({ id, kind }, at) => ({
      key: newId(),
      type: kind === 'voice' ? 'audio' : kind,
      part: { media_id: id, ...(at === 0 && isCaption ? { caption: words } : {}) },
    })),
    ...(content === null ? [] : [{ key: newId(), type: 'interactive', part: content }]),
  ];
}
