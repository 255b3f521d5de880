import { draftPrefix } from '../../lib/drafts';
import { local } from '../../lib/storage';

// Beside the reply's own draft, and with it forgotten at the end of the session. A conversation's id has no dot.
const keyOf = (userId: string, conversationId: string): string => `${draftPrefix(userId)}note.${conversationId}`;

/** What was being written to colleagues, in this browser alone. */
export const readNoteDraft = (userId: string, conversationId: string): string => local.get(keyOf(userId, conversationId)) ?? '';

export function writeNoteDraft(userId: string, conversationId: string, text: string): void {
  if (text === '') local.remove(keyOf(userId, conversationId));
  else local.set(keyOf(userId, conversationId), text);
}
