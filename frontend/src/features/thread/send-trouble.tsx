import { type ReactNode, useState } from 'react';
import { Button } from '../../components/button';
import type { OutboxEntry } from '../../lib/outbox-entry';
import type { Message } from '../../lib/types';
import { t } from '../../words/en';
import styles from './send-trouble.module.css';

// Meta's code: more than 24 hours have passed since the customer's last message.
const WINDOW_CLOSED = 131047;

/** Draws the way to a template, where nothing else reaches the customer. The page hands it in from another feature. */
export type RenderTemplateLink = (to: { phoneNumberId: string; conversationId: string }) => ReactNode;

interface Props {
  message: Message;
  phoneNumberId: string;
  wasSentAgain: boolean;
  renderTemplateLink: RenderTemplateLink;
  onSendAgain: (message: Message) => void;
  onDismiss: (message: Message) => void;
}

/** Why a message did not go out and what to do about it. It stands in the open, not in a tooltip. */
export function SendTrouble(props: Props) {
  const { message, phoneNumberId, wasSentAgain, renderTemplateLink, onSendAgain, onDismiss } = props;
  const [isSure, setSure] = useState(false);
  const canRepeat = message.message_type !== 'reaction';
  const again = wasSentAgain ? (
    <span>{t.bubble.sentAgain}</span>
  ) : (
    <Button
      kind="link"
      onClick={() => {
        onSendAgain(message);
        toComposer();
      }}
    >
      {isSure ? t.bubble.sendAnyway : t.bubble.resend}
    </Button>
  );
  if (message.status === 'failed') {
    const { error } = message;
    return (
      <Trouble kind="danger">
        <span>
          <bdi>{error?.detail ?? error?.title ?? t.bubble.failed}</bdi>
          {error?.code != null && ` ${t.bubble.failedCode(error.code)}.`}
        </span>
        <span className={styles.actions}>
          {error?.code === WINDOW_CLOSED &&
            renderTemplateLink({ phoneNumberId, conversationId: message.conversation_id })}
          {canRepeat && error?.retryable !== false && again}
          <Button kind="link" title={t.bubble.hideTitle} onClick={() => onDismiss(message)}>
            {t.bubble.hide}
          </Button>
        </span>
      </Trouble>
    );
  }
  if (message.status !== 'unknown') return null;
  return (
    <Trouble kind="warn">
      <span>
        {t.bubble.unknown} {isSure && t.bubble.unknownWarning}
      </span>
      {canRepeat &&
        (isSure || wasSentAgain ? (
          again
        ) : (
          <Button kind="link" onClick={() => setSure(true)}>
            {t.bubble.resend}
          </Button>
        ))}
    </Trouble>
  );
}

/** What a reply that the server does not have yet waits for, or why it was refused and what to do about that. */
export function LocalTrouble(props: {
  entry: OutboxEntry;
  renderTemplateLink: RenderTemplateLink;
  onRetry: () => void;
  onDelete: () => void;
}) {
  const { entry, renderTemplateLink, onRetry, onDelete } = props;
  if (entry.state !== 'refused') return <Waiting entry={entry} onDelete={onDelete} />;
  const isClosed = entry.code === 'service_window_closed';
  // A reply that was refused for good would be refused again, but the 24-hour window may have opened since, or the agent
  // has read what was said meanwhile.
  const canRetry = isClosed || entry.code === 'conversation_changed';
  return (
    <Trouble kind="danger">
      <span>
        {t.bubble.notSent}. <bdi>{entry.detail}</bdi>
      </span>
      <span className={styles.actions}>
        {isClosed && renderTemplateLink(entry)}
        {canRetry && (
          <Button kind="link" onClick={onRetry}>
            {t.retry}
          </Button>
        )}
        <Button kind="link" onClick={onDelete}>
          {t.bubble.delete}
        </Button>
      </span>
    </Trouble>
  );
}

/** Moves the focus on: the button that was pressed goes, and the focus must not be lost with it. */
const toComposer = (): void => document.getElementById('composer')?.focus();

// A code is the server's, or the page's own where no answer came.
const waitsFor = (code: string): string =>
  code === 'network' || code === 'timeout'
    ? t.bubble.waitsForNetwork
    : code === 'unauthorized'
      ? t.bubble.waitsForSignIn
      : t.bubble.waitsForServer;

/** Tells the agent what the reply waits for, and whether it would be lost with the page. It goes by itself. */
function Waiting({ entry, onDelete }: { entry: OutboxEntry; onDelete: () => void }) {
  const { code, isKept, resolvesAfter } = entry;
  if (code === null && isKept) return null;
  return (
    <Trouble kind="quiet">
      <span>
        {code !== null && `${waitsFor(code)}. `}
        {code !== null && resolvesAfter !== undefined && `${t.bubble.resolvesThen} `}
        {!isKept && t.bubble.notKept}
      </span>
      {code !== null && (
        <Button kind="link" onClick={onDelete}>
          {t.bubble.delete}
        </Button>
      )}
    </Trouble>
  );
}

function Trouble({ kind, children }: { kind: 'danger' | 'warn' | 'quiet'; children: ReactNode }) {
  return (
    <div className={styles.trouble} data-kind={kind}>
      {children}
    </div>
  );
}
