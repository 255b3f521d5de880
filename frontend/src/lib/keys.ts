/** Keys of the query cache, from general to specific. They are made here and nowhere else. */
export interface ListFilter {
  phoneNumberId: string;
  unread: boolean;
  search: string;
}

/** What a gallery of a conversation has drawers for, in the API's words. */
export type SharedKind = 'pictures' | 'files' | 'links';

export const keys = {
  phoneNumbers: () => ['phone-numbers'] as const,
  conversations: () => ['conversations'] as const,
  conversationList: (filter: ListFilter) => ['conversations', filter] as const,
  conversation: (id: string) => ['conversation', id] as const,
  threads: () => ['threads'] as const,
  thread: (id: string) => ['threads', id, 'messages'] as const,
  threadWindows: (id: string) => ['threads', id, 'around'] as const,
  threadAround: (id: string, messageId: string) => ['threads', id, 'around', messageId] as const,
  shared: (id: string, kind: SharedKind) => ['shared', id, kind] as const,
  activity: () => ['activity'] as const,
  activityHours: (phoneNumberId: string, hours: number) => ['activity', 'hours', phoneNumberId, hours] as const,
  failedWebhooks: (phoneNumberId: string) => ['activity', 'webhooks', phoneNumberId] as const,
  sendsForAttention: (phoneNumberId: string) => ['activity', 'sends', phoneNumberId] as const,
  message: (id: string) => ['message', id] as const,
};
