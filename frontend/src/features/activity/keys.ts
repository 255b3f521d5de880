/** What the activity keeps in the query cache; `all` is what every one of its keys begins with. */
export const activityKeys = {
  all: () => ['activity'] as const,
  hours: (phoneNumberId: string, hours: number) => ['activity', 'hours', phoneNumberId, hours] as const,
  failedWebhooks: (phoneNumberId: string) => ['activity', 'webhooks', phoneNumberId] as const,
  sendsForAttention: (phoneNumberId: string) => ['activity', 'sends', phoneNumberId] as const,
};
