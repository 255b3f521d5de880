import { createParser } from 'eventsource-parser';
import type { LiveEvent } from './apply-event';
import type { TokenSource } from './api';
import type { Conversation, Message } from './types';

/** `unsupported`: the server has no stream, so the caller asks in intervals. */
export type StreamStatus = 'connecting' | 'live' | 'down' | 'unsupported' | 'signed-out';

export interface StreamOptions {
  url: string;
  tokens: TokenSource;
  onEvent: (event: LiveEvent, id: string | null) => void;
  /** What was missed is not known: everything on screen is to be loaded again. */
  onGap: () => void;
  onStatus: (status: StreamStatus) => void;
  lastEventId?: string | null;
}

const WATCHDOG_MS = 40_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const PROBE_AGAIN_MS = 60_000;
const TYPES = new Set(['message.created', 'message.updated', 'conversation.updated']);

/**
 * Follows the event stream until `stop()`: resumes behind the last event, ends what has been silent for
 * 40 s, waits longer after each failure. `fetch` and not EventSource, which cannot send the token, and
 * which gives up for good at the first answer that is not 200.
 */
export class LiveEvents {
  private readonly options: StreamOptions;
  private readonly stopped = new AbortController();
  private current: AbortController | null = null;
  private lastEventId: string | null;
  private failures = 0;
  private wake: () => void = () => undefined;

  constructor(options: StreamOptions) {
    this.options = options;
    this.lastEventId = options.lastEventId ?? null;
  }

  start(): void {
    void this.follow();
  }

  stop(): void {
    this.stopped.abort();
    this.current?.abort();
    this.wake();
  }

  /** Try at once: the network is back, or the machine has slept and the stream may be dead. */
  poke(): void {
    this.failures = 0;
    this.current?.abort();
    this.wake();
  }

  private async follow(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      this.options.onStatus('connecting');
      const wait = await this.once();
      if (this.stopped.signal.aborted || wait === null) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** One connection, to its end: milliseconds to wait before the next one, null to stop. */
  private async once(): Promise<number | null> {
    const { url, tokens, onStatus } = this.options;
    this.current = new AbortController();
    const { signal } = this.current;
    try {
      const response = await this.open(url, tokens, signal);
      if (response.status === 404 || response.status === 405 || response.status === 501) {
        onStatus('unsupported');
        return PROBE_AGAIN_MS;
      }
      if (response.status === 401) {
        onStatus('signed-out');
        return null;
      }
      if (!response.ok || response.body === null) {
        onStatus('down');
        const asked = Number(response.headers.get('Retry-After') ?? 0) * 1000;
        return Math.max(this.nextWait(), Number.isFinite(asked) ? asked : 0);
      }
      onStatus('live');
      // Without an event to resume behind, what happened between the first answers and now is not known.
      if (this.lastEventId === null) this.options.onGap();
      await this.read(response.body);
      onStatus('down');
      // The server ends a stream with its token: that is no failure.
      return this.failures === 0 ? FIRST_WAIT_MS * Math.random() : this.nextWait();
    } catch {
      // The connection broke, the watchdog ended it, or no token could be had: all are tried again.
      if (this.stopped.signal.aborted) return null;
      onStatus('down');
      return this.nextWait();
    }
  }

  private async open(url: string, tokens: TokenSource, signal: AbortSignal): Promise<Response> {
    const ask = (token: string) => {
      const headers = new Headers({ Accept: 'text/event-stream', Authorization: `Bearer ${token}` });
      if (this.lastEventId !== null) headers.set('Last-Event-ID', this.lastEventId);
      return fetch(url, { headers, signal, cache: 'no-store' });
    };
    const token = await tokens.getToken();
    const response = await ask(token);
    return response.status === 401 ? ask(await tokens.refreshToken(token)) : response;
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
    const parser = createParser({
      onEvent: ({ id, event, data }) => {
        this.failures = 0;
        if (id) this.lastEventId = id;
        if (event === 'reset') this.options.onGap();
        else if (event && TYPES.has(event)) this.deliver(event, data, id ?? null);
      },
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const rearm = () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.current?.abort(), WATCHDOG_MS);
    };
    try {
      for (rearm(); ; rearm()) {
        const { value, done } = await reader.read();
        if (done) return;
        this.failures = 0;
        parser.feed(value);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  private deliver(type: string, data: string, id: string | null): void {
    const body: unknown = JSON.parse(data);
    const part = (name: string): unknown =>
      typeof body === 'object' && body !== null ? (Reflect.get(body, name) ?? null) : null;
    // The contract's section 4 says what these are; the types come from the same document.
    const event: LiveEvent = {
      type: type as LiveEvent['type'],
      message: part('message') as Message | null,
      conversation: part('conversation') as Conversation | null,
    };
    this.options.onEvent(event, id);
  }

  private nextWait(): number {
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures++);
    return ceiling / 2 + (Math.random() * ceiling) / 2;
  }
}
