/** Cache keys that only the thread uses. Those of messages are in `lib/keys.ts`, since live events change them. */
export const threadKeys = {
  edits: (messageId: string) => ['edits', messageId] as const,
};
