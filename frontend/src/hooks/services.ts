import { createContext, useContext, useSyncExternalStore } from 'react';
import type { ApiClient, TokenSource } from '../lib/api';
import type { Outbox, OutboxEntry } from '../lib/outbox';

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
