import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { type Services, ServicesContext } from '../hooks/services';
import { newApiClient } from '../lib/api';
import { Outbox } from '../lib/outbox';
import type { OutboxEntry } from '../lib/outbox-entry';
import { local } from '../lib/storage';

const tokens = { getToken: async () => 'token', refreshToken: async () => 'token' };

/** A component as a signed-in agent's page has it, beside what it hands to the outbox. */
export function renderInPage(children: ReactNode) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
  const sent: OutboxEntry[] = [];
  const send = async (entry: OutboxEntry) => void sent.push(entry);
  const outbox = new Outbox(send, { storage: local, prefix: 'livechat.outbox.u1.' });
  outbox.start();
  const services: Services = { api: newApiClient(tokens), userId: 'u1', tokens, outbox };
  const wrap = (inner: ReactNode) => (
    <QueryClientProvider client={client}>
      <ServicesContext value={services}>{inner}</ServicesContext>
    </QueryClientProvider>
  );
  const page = render(wrap(children));
  return { ...page, client, sent, again: (inner: ReactNode) => page.rerender(wrap(inner)) };
}
