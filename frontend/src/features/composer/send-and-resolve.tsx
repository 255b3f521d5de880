import { CheckCheck, ChevronUp } from 'lucide-react';
import { type RefObject, useEffect, useEffectEvent } from 'react';
import { Menu, MenuItem } from '../../components/menu';
import { useServices } from '../../hooks/services';
import { notify } from '../../lib/notices';
import { shortcutOf } from '../../lib/shortcuts';
import type { Conversation } from '../../lib/types';
import { isComposing } from '../../lib/typing';
import { w } from '../../words/writing-en';
import styles from './send-and-resolve.module.css';

const KEYS = 'Ctrl / ⌘ + Shift + Enter';

interface Props {
  field: RefObject<HTMLTextAreaElement | null>;
  conversation: Conversation;
  canSend: boolean;
  hasFiles: boolean;
  /** Sends what is written, and resolves the conversation if the given message is its last one. */
  onSend: (resolvesAfter: string | null) => void;
}

/** Sends and resolves at once: by Ctrl or ⌘ + Shift + Enter, and by a menu beside the button. */
export default function SendAndResolve({ field, conversation, canSend, hasFiles, onSend }: Props) {
  const { outbox } = useServices();
  const send = () => {
    if (!canSend) return;
    // What the agent has seen is compared with what stands there: one's own replies on the way would come between.
    const isBehind = outbox.snapshot().some((entry) => entry.conversationId === conversation.id);
    if (hasFiles) notify(w.resolveFiles, 'trouble');
    else if (isBehind) notify(w.resolveBehind, 'trouble');
    else onSend(conversation.last_message?.id ?? null);
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (shortcutOf(event) !== 'Mod+Shift+Enter') return;
    event.preventDefault();
    send();
  });
  useEffect(() => {
    const element = field.current;
    const hear = (event: KeyboardEvent) => {
      if (!isComposing(event)) onKey(event);
    };
    element?.addEventListener('keydown', hear);
    return () => element?.removeEventListener('keydown', hear);
  }, [field]);
  return (
    <div className={styles.more}>
      <Menu label={w.sendMore} icon={<ChevronUp size={16} />} isAbove>
        <MenuItem icon={<CheckCheck size={18} />} onChoose={send}>
          {w.sendAndResolve} <kbd className={styles.keys}>{KEYS}</kbd>
        </MenuItem>
      </Menu>
    </div>
  );
}
