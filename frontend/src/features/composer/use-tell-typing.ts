import { useCallback, useRef } from 'react';
import { useServices } from '../../hooks/services';
import { noteWriting } from '../../lib/writing';

// WhatsApp shows it for 25 s and the server tells it at most every 20 s.
const EVERY_MS = 20_000;

/**
 * To be called with every change that the agent makes: the customer sees that an answer is being written, and so do
 * colleagues. It also marks what they wrote as read, which is the same call at WhatsApp. A courtesy: where it fails,
 * nothing is said.
 */
export function useTellTyping(conversationId: string): (text: string) => void {
  const { api } = useServices();
  const told = useRef({ conversationId: '', at: 0 });
  return useCallback(
    (text: string) => {
      noteWriting(conversationId, text.trim() !== '');
      const now = performance.now();
      const isTold = told.current.conversationId === conversationId && now - told.current.at < EVERY_MS;
      if (isTold || text.trim() === '') return;
      told.current = { conversationId, at: now };
      const path = { conversation_id: conversationId };
      api.POST('/api/live-chat/conversations/{conversation_id}/typing', { params: { path } }).catch(() => undefined);
    },
    [api, conversationId],
  );
}
