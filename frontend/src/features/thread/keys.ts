/** What the thread alone keeps in the query cache; messages are in `lib/keys.ts`, since live events change them. */
export const threadKeys = {
  edits: (messageId: string) => ['edits', messageId] as const,
};
