/** What the bell keeps in the query cache. */
export const bellKeys = {
  reminders: () => ['reminders'] as const,
  cause: (id: string) => ['cause', id] as const,
};
