import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ApiClient, TokenSource } from '../lib/api';
import type { LiveEvent } from '../lib/apply-event';
import { loadPatiently } from '../lib/lazy-part';
import type { StreamStatus } from '../lib/live-events';

interface Options {
  api: ApiClient;
  tokens: TokenSource;
  userId: string;
  phoneNumberId: string | null;
  conversationId: string | null;
  onSignedOut: () => void;
  /** Everything that happens, in every tab: what is to be told is told from here. Stable. */
  onEvent: (event: LiveEvent) => void;
}

/**
 * Begins once the part that does it is loaded. That is a chunk of its own: what is there can be drawn before it is
 * heard how it changes. The answer ends it, also where it has not begun.
 */
function whileWanted(begin: (live: typeof import('./live-stream')) => () => void): () => void {
  let end: (() => void) | null = null;
  let isOver = false;
  void loadPatiently(() => import('./live-stream')).then((live) => {
    if (!isOver) end = begin(live);
  });
  return () => {
    isOver = true;
    end?.();
  };
}

/** Keeps the cache up to date: by the event stream, or by asking every 3 s where there is none. */
export function useLiveUpdates(options: Options): StreamStatus {
  const { api, tokens, userId, phoneNumberId, conversationId, onSignedOut, onEvent } = options;
  const client = useQueryClient();
  const [status, setStatus] = useState<StreamStatus>('connecting');

  useEffect(() => {
    // A new attempt where there was no stream is not news to the agent, who is served by asking.
    const onStatus = (next: StreamStatus) =>
      setStatus((known) => (known === 'unsupported' && next === 'connecting' ? known : next));
    return whileWanted((live) => live.followStream(client, { tokens, userId, onSignedOut, onEvent, onStatus }));
  }, [client, tokens, userId, onSignedOut, onEvent]);

  const isPolling = status === 'unsupported' || status === 'down';
  useEffect(() => {
    if (!isPolling || phoneNumberId === null) return;
    return whileWanted((live) => live.pollInstead(api, client, phoneNumberId, conversationId));
  }, [api, client, isPolling, phoneNumberId, conversationId]);
  return status;
}
