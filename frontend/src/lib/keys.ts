import type { ListFilter } from './list-filter';

/**
 * Keys of the query cache, from general to specific: those that live events change, or that several features use. A
 * key that only one feature uses is made in that feature's `keys.ts`. No key is made anywhere else.
 */
export const keys = {
  phoneNumbers: () => ['phone-numbers'] as const,
  conversations: () => ['conversations'] as const,
  conversationList: (filter: ListFilter) => ['conversations', filter] as const,
  /** How many conversations each tab has. */
  allCounts: () => ['counts'] as const,
  counts: (phoneNumberId: string | null) => ['counts', phoneNumberId] as const,
  conversation: (id: string) => ['conversation', id] as const,
  /** All that is loaded of a thread. */
  threads: (id: string) => ['threads', id] as const,
  thread: (id: string) => ['threads', id, 'messages'] as const,
  threadWindows: (id: string) => ['threads', id, 'around'] as const,
  threadAround: (id: string, messageId: string) => ['threads', id, 'around', messageId] as const,
  message: (id: string) => ['message', id] as const,
  /** What was found, whatever was asked. */
  searches: () => ['search'] as const,
  /** What the agent is told of. */
  notifications: () => ['notifications'] as const,
  workspaces: () => ['workspaces'] as const,
  /** Of one workspace: its people, teams, labels, attributes of customers, canned replies and macros. */
  members: (workspaceId: string) => ['workspaces', workspaceId, 'members'] as const,
  teams: (workspaceId: string) => ['workspaces', workspaceId, 'teams'] as const,
  labels: (workspaceId: string) => ['workspaces', workspaceId, 'labels'] as const,
  attributes: (workspaceId: string) => ['workspaces', workspaceId, 'attributes'] as const,
  canned: (workspaceId: string) => ['workspaces', workspaceId, 'canned-replies'] as const,
  macros: (workspaceId: string) => ['workspaces', workspaceId, 'macros'] as const,
};
