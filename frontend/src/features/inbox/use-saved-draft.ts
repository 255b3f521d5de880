import { useSyncExternalStore } from 'react';
import { readDraft, startingDraft, subscribeDrafts } from '../../lib/drafts';
import type { Conversation } from '../../lib/types';

/** The draft as the list shows it; follows what is written, in this tab, in others and on other devices. */
export function useSavedDraft(userId: string, conversation: Conversation): string {
  const draft = useSyncExternalStore(subscribeDrafts, () => {
    const local = readDraft(userId, conversation.id);
    return startingDraft(local, conversation)?.text ?? '';
  });
  return draft.trim();
}
