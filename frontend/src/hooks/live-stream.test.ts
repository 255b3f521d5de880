// @vitest-environment jsdom
import { QueryClient } from '@tanstack/react-query';
import { afterEach, expect, it, vi } from 'vitest';
import type { LiveEvent } from '../lib/apply-event';
import { keys } from '../lib/keys';
import { followStream } from './live-stream';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('who is there and where they look changes no number’s count, and nothing is asked for it', async () => {
  const lines = ['viewers.updated', 'presence.updated', 'read.updated'].map((name) => `event: ${name}\ndata: {}\n\n`);
  let send: (line: string) => void = () => undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (out) => {
      send = (line) => out.enqueue(new TextEncoder().encode(line));
    },
  });
  vi.stubGlobal('fetch', async () => new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }));
  const client = new QueryClient();
  const asked = vi.spyOn(client, 'invalidateQueries');
  const isForNumbers = () => asked.mock.calls.filter(([filter]) => JSON.stringify(filter?.queryKey) === JSON.stringify(keys.phoneNumbers())).length;
  const heard: string[] = [];
  const stop = followStream(client, {
    tokens: { getToken: async () => 'token', refreshToken: async () => 'token' },
    userId: 'u1',
    onSignedOut: () => undefined,
    onEvent: (event: LiveEvent) => heard.push(event.type),
    onStatus: () => undefined,
  });
  await vi.waitFor(() => expect(asked).toHaveBeenCalled());
  vi.useFakeTimers();
  for (const line of lines.slice(0, 2)) send(line);
  await vi.waitFor(() => expect(heard).toHaveLength(2));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(isForNumbers()).toBe(0);
  send(lines[2] ?? '');
  await vi.waitFor(() => expect(heard).toHaveLength(3));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(isForNumbers()).toBe(1);
  stop();
});
