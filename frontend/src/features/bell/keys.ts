/** What the bell keeps in the query cache. */
export const bellKeys = {
  reminders: () => ['reminders'] as const,
};
