import { Suspense } from 'react';
import { lazyPart } from '../../lib/lazy-part';
import { contentOf, isDeleted } from '../../lib/message/content';
import { typeName } from '../../lib/message/preview';
import type { Message } from '../../lib/types';
import { t } from '../../words/en';
import styles from './content-part.module.css';

// Asked for at once and beside everything else, so that it is here when the first messages are; most of
// those are text and do not wait for it.
const kinds = () => import('./content-part-kinds');
const marks = () => import('./content-part-marks');
for (const load of [kinds, marks]) load().catch(() => undefined);
const ContentKind = lazyPart(kinds);
const AllMarks = lazyPart(marks);
const Edit = lazyPart(() => import('./content-part-edits'));

interface Props {
  message: Message;
  customerName: string;
}

/** What a message holds besides text. Every kind has a name at least, so that no bubble is ever blank. */
export function ContentPart({ message, customerName }: Props) {
  if (isDeleted(message))
    return <p className={styles.deleted}>{t.kinds.deleted(message.direction === 'outbound')}</p>;
  if (message.message_type === 'text' && message.text) return null;
  return (
    <Suspense fallback={<span className={styles.waiting}>{typeName(message)}</span>}>
      <ContentKind message={message} customerName={customerName} />
    </Suspense>
  );
}

const OWN_TEXT = ['location', 'contacts', 'unsupported', 'unknown', 'button', 'interactive', 'template', 'payment'];

/** Whether a bubble shows the message's `text` below its part: some parts say it themselves. */
export const showsText = (message: Message): boolean =>
  Boolean(message.text) && !isDeleted(message) && !OWN_TEXT.includes(message.message_type);

const MARKED = ['context', 'referral', 'group', 'conversation_context', 'voicemail'];

/** What stands above a message's own words, where anything does. */
export function Marks({ message }: { message: Message }) {
  const { origin } = message;
  const content = contentOf(message);
  const isPlain = origin === 'customer' || origin === 'livechat';
  if (isPlain && !MARKED.some((key) => key in content)) return null;
  return (
    <Suspense>
      <AllMarks message={message} />
    </Suspense>
  );
}

/** “edited” beside the time. */
export function Edited({ message }: { message: Message }) {
  if (!('edited_at' in contentOf(message))) return null;
  return (
    <Suspense>
      <Edit message={message} />
    </Suspense>
  );
}
