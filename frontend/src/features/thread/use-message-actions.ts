import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useState, useSyncExternalStore } from 'react';
import { useNow } from '../../hooks/browser';
import { applyToCache } from '../../hooks/live-updates';
import { useServices } from '../../hooks/services';
import { useRights } from '../../hooks/workspace';
import { bodyOf } from '../../lib/api';
import { newId } from '../../lib/ids';
import { keys } from '../../lib/keys';
import { notify } from '../../lib/notices';
import { resend } from '../../lib/resend';
import { serviceWindow } from '../../lib/service-window';
import type { Conversation, Message } from '../../lib/types';
import { t } from '../../words/en';
import { dismissedMessages, dismissMessage, subscribeDismissed } from './dismissed';

/** Whether WhatsApp knows it as a message. Calls and events have ids that no reply or reaction can refer to. */
const isNamed = ({ wamid }: Message) => wamid !== null && !/^(event:|wacid)/.test(wamid);

/** The actions of an agent on one message of a thread. */
export function useMessageActions(conversation: Conversation, userId: string) {
  const { api } = useServices();
  const client = useQueryClient();
  const [sendingAgain, setSendingAgain] = useState<ReadonlySet<string>>(new Set());
  const now = useNow();
  const dismissed = useSyncExternalStore(subscribeDismissed, () => dismissedMessages(userId));
  const { id: conversationId, phone_number_id: phoneNumberId, window_expires_at: expiresAt } = conversation;

  /** Has the server send a message again, of whatever kind, as a new one. The first one stays as it is. */
  const sendAgain = useCallback(
    async (message: Message) => {
      setSendingAgain((known) => new Set(known).add(message.id));
      try {
        const answer = await resend(api, message);
        applyToCache(client, { type: 'message.created', ...answer });
      } catch (error) {
        notify(error instanceof Error ? error.message : t.bubble.failed, 'trouble');
      }
      setSendingAgain((known) => new Set([...known].filter((id) => id !== message.id)));
    },
    [api, client],
  );

  const dismiss = useCallback((message: Message) => dismissMessage(userId, message.id), [userId]);

  /** The reaction is shown at once. The same emoji again takes it back. */
  const react = useCallback(
    async (message: Message, emoji: string) => {
      const others = message.reactions.filter((one) => one.from !== 'business');
      const mine = message.reactions.find((one) => one.from === 'business');
      const isTakenBack = mine?.emoji === emoji;
      const reactions = isTakenBack ? others : [...others, { from: 'business' as const, emoji }];
      const show = (shown: Message) =>
        applyToCache(client, { type: 'message.updated', message: shown, conversation: null });
      show({ ...message, reactions });
      try {
        await bodyOf(
          api.POST('/api/live-chat/send-message', {
            body: {
              phone_number_id: phoneNumberId,
              conversation_id: conversationId,
              message_type: 'reaction',
              reaction: { message_id: message.id, emoji: isTakenBack ? '' : emoji },
              client_message_id: newId(),
            },
          }),
        );
      } catch (error) {
        show(message);
        void client.invalidateQueries({ queryKey: keys.thread(conversationId) });
        notify(error instanceof Error ? error.message : t.bubble.reactionFailed, 'trouble');
      }
    },
    [api, client, conversationId, phoneNumberId],
  );

  const { mayHandle } = useRights(conversation.workspace_id);
  const isOpen = mayHandle && serviceWindow(expiresAt, now).state !== 'closed';
  // Outside the 24-hour window there is no field to answer in.
  const canReplyTo = useCallback((message: Message) => isOpen && isNamed(message), [isOpen]);
  const canReactTo = useCallback(
    (message: Message) => canReplyTo(message) && message.message_type !== 'system',
    [canReplyTo],
  );
  return { sendingAgain, sendAgain, dismissed, dismiss, react, canReactTo, canReplyTo };
}
