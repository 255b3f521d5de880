import { type ReactNode, Suspense, useCallback, useState } from 'react';
import { lazyPart } from '../../lib/lazy-part';
import { usePlace } from '../../hooks/place';
import { useServices } from '../../hooks/services';
import { StartChatContext } from '../../hooks/start-chat';
import { bodyOf } from '../../lib/api';

const TemplateSheet = lazyPart(() => import('./template-sheet'));

/** Lets what is inside begin a chat with a number: the conversation where there is one, else a template to it. */
export function StartChatProvider({ phoneNumberId, children }: { phoneNumberId: string; children: ReactNode }) {
  const { api } = useServices();
  const { openConversation } = usePlace();
  const [to, setTo] = useState<string | null>(null);
  const start = useCallback(
    async (waId: string) => {
      const query = { phone_number_id: phoneNumberId, search: waId };
      try {
        const found = await bodyOf(api.GET('/api/live-chat/conversations', { params: { query } }));
        const known = found.conversations.find((conversation) => conversation.customer_phone === waId);
        if (known) openConversation(known.id);
        else setTo(waId);
      } catch {
        // Whether there is a conversation is not known; the template finds it if there is.
        setTo(waId);
      }
    },
    [api, openConversation, phoneNumberId],
  );
  return (
    <StartChatContext value={start}>
      {children}
      {to !== null && (
        <Suspense>
          <TemplateSheet
            recipient={{ phoneNumberId, to }}
            replyToId={null}
            onClose={() => setTo(null)}
            onSent={({ conversation }) => {
              setTo(null);
              openConversation(conversation.id);
            }}
          />
        </Suspense>
      )}
    </StartChatContext>
  );
}
