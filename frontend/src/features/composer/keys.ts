/** What the composer keeps in the query cache. */
export const composerKeys = {
  scheduled: (conversationId: string) => ['scheduled', conversationId] as const,
};
