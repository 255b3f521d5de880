// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { newApiClient } from '../lib/api';
import { keys } from '../lib/keys';
import { aConversation } from '../testing/samples';
import { useLiveUpdates } from './use-live-updates';

const tokens = { getToken: async () => 'token', refreshToken: async () => 'token' };
afterEach(() => vi.unstubAllGlobals());

it('what is left before its part was loaded opens no stream', async () => {
  const asked = vi.fn<typeof fetch>(async () => new Response(null, { status: 404 }));
  vi.stubGlobal('fetch', asked);
  const client = new QueryClient();
  const options = { api: newApiClient(tokens), tokens, userId: 'u1', phoneNumberId: null, conversationId: null, onSignedOut: vi.fn<() => void>(), onEvent: vi.fn<() => void>() };
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  renderHook(() => useLiveUpdates(options), { wrapper }).unmount();
  const page = renderHook(() => useLiveUpdates(options), { wrapper });
  expect(page.result.current).toBe('connecting');
  await waitFor(() => expect(page.result.current).toBe('unsupported'));
  expect(asked).toHaveBeenCalledTimes(1);
  page.unmount();
});

it('the tabs’ counts are asked for again when the server says that they may have changed', async () => {
  const conversation = JSON.stringify(aConversation({ id: 'c1' }));
  const happens = `event: conversation.updated\ndata: {"message": null, "conversation": ${conversation}}\n\n`;
  const told = new TextEncoder().encode(`${happens}event: counts.updated\ndata: {"workspace_id": "w1"}\n\n`);
  const headers = { 'Content-Type': 'text/event-stream' };
  const streams: ReadableStreamDefaultController[] = [];
  const body = () => new ReadableStream({ start: (stream) => void streams.push(stream) });
  vi.stubGlobal('fetch', async () => new Response(body(), { headers }));
  const client = new QueryClient();
  const options = { api: newApiClient(tokens), tokens, userId: 'u1', phoneNumberId: null, conversationId: null, onSignedOut: vi.fn<() => void>(), onEvent: vi.fn<() => void>() };
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const page = renderHook(() => useLiveUpdates(options), { wrapper });
  await waitFor(() => expect(page.result.current).toBe('live'));
  // What was loaded before the stream is asked for again with all else.
  client.setQueryData(keys.counts('100'), {});
  streams.at(-1)?.enqueue(told);
  await waitFor(() => expect(client.getQueryState(keys.counts('100'))?.isInvalidated).toBe(true));
  page.unmount();
});
