/** What a gallery of a conversation has drawers for, in the API's words. */
export type SharedKind = 'pictures' | 'files' | 'links';

/** What the details keep in the query cache. */
export const detailsKeys = {
  shared: (conversationId: string, kind: SharedKind) => ['shared', conversationId, kind] as const,
  /** With the version it was asked for at: a later one may be another. */
  person: (conversationId: string, version: number) => ['person', conversationId, version] as const,
};
