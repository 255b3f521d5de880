import { keys } from '../../lib/keys';

/** Cache keys that only the thread uses. Those of messages are in `lib/keys.ts`, since live events change them. */
export const threadKeys = {
  /** Below the thread's own key, so that it goes where the thread goes. */
  margin: (conversationId: string, aroundId: string | null) => [...keys.threads(conversationId), 'margin', aroundId] as const,
  besideNote: (conversationId: string, noteId: string) => [...keys.threads(conversationId), 'note', noteId] as const,
  edits: (messageId: string) => ['edits', messageId] as const,
};
