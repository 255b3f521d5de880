import { createContext, useContext, useSyncExternalStore } from 'react';
import type { ApiClient, TokenSource } from '../lib/api';
import type { Outbox } from '../lib/outbox';
import { type OutboxEntry, unsentOf } from '../lib/outbox-entry';

/** What the features share: the API as the signed-in user, and the replies that are on their way to it. */
export interface Services {
  api: ApiClient;
  userId: string;
  /** For what `api` cannot do: uploads that tell their progress. */
  tokens: TokenSource;
  outbox: Outbox;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('useServices stands outside its provider');
  return services;
}

export function useOutbox(): readonly OutboxEntry[] {
  const { outbox } = useServices();
  return useSyncExternalStore(outbox.subscribe, outbox.snapshot);
}

/** The newest reply of a conversation that should have gone out and has not; null where all is well. */
export function useUnsent(conversationId: string): string | null {
  const { outbox } = useServices();
  return useSyncExternalStore(outbox.subscribe, () => {
    const mine = outbox.snapshot().filter((entry) => entry.conversationId === conversationId);
    return unsentOf(mine).at(-1)?.text ?? null;
  });
}
