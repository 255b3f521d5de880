/** What an invitation's link keeps in the query cache. Not the token: keys are shown by tools. */
export const joinKeys = {
  peek: (userId: string) => ['join', 'peek', userId] as const,
};
