import { keys } from '../../lib/keys';

/** Cache keys that only the thread uses. Those of messages are in `lib/keys.ts`, since live events change them. */
export const threadKeys = {
  /** Below the thread's own key, so that it goes where the thread goes. */
  margin: (conversationId: string) => [...keys.threads(conversationId), 'margin'] as const,
  edits: (messageId: string) => ['edits', messageId] as const,
};
