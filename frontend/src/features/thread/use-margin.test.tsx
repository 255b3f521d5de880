// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { ServicesContext } from '../../hooks/services';
import { newApiClient } from '../../lib/api';
import { tellHearers } from '../../lib/event-hub';
import type { Outbox } from '../../lib/outbox';
import { useMargin } from './use-margin';

afterEach(() => vi.unstubAllGlobals());

it('what is told while the answer is on its way stands in it, though it was written before', async () => {
  let answer: (entries: unknown[]) => void = () => undefined;
  vi.stubGlobal(
    'fetch',
    () =>
      new Promise<Response>((resolve) => {
        answer = (entries) => resolve(Response.json({ entries, has_before: false, has_after: false }));
      }),
  );
  const tokens = { getToken: async () => 'token', refreshToken: async () => 'token' };
  const api = newApiClient(tokens);
  const client = new QueryClient();
  const services = { api, tokens, userId: 'u1', outbox: {} as Outbox };
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>
      <ServicesContext value={services}>{children}</ServicesContext>
    </QueryClientProvider>
  );
  const page = renderHook(() => useMargin('c1', { messages: [], hasOlder: false, hasNewer: false, aroundId: null }), { wrapper });
  const shown = () => page.result.current.map((entry) => entry.id);
  const note = (id: string, conversation_id = 'c1') => ({ id, conversation_id, version: 1, created_at: `2026-11-22T10:0${id}:00Z`, deleted_at: null });
  const told = (id: string, conversation_id?: string) =>
    act(() => tellHearers({ type: 'note.created', message: null, conversation: null, data: { note: note(id, conversation_id) } }));
  await waitFor(() => expect(client.isFetching()).toBe(1));
  told('2');
  told('3', 'c2');
  answer([{ kind: 'note', id: '1', at: note('1').created_at, note: note('1') }]);
  await waitFor(() => expect(shown()).toEqual(['1', '2']));
  // The same while it is loaded again.
  void client.invalidateQueries();
  await waitFor(() => expect(client.isFetching()).toBe(1));
  told('4');
  await waitFor(() => expect(shown()).toEqual(['1', '2', '4']));
  answer([]);
  await waitFor(() => expect(shown()).toEqual(['4']));
  page.unmount();
});
