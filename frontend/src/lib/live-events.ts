import { createParser } from 'eventsource-parser';
import { EVENT_TYPES, type EventType, type LiveEvent } from './apply-event';
import { ApiProblem, type TokenSource } from './api';
import { guarded, tellFault } from './listeners';
import type { Conversation, Message } from './types';

/** `unsupported` means that the server has no stream, so the caller asks in intervals. */
export type StreamStatus = 'connecting' | 'live' | 'down' | 'unsupported' | 'signed-out';

export interface StreamOptions {
  url: string;
  tokens: TokenSource;
  onEvent: (event: LiveEvent, id: string | null) => void;
  /** Events were missed, nobody knows which: everything on screen is to be loaded again. */
  onGap: () => void;
  onStatus: (status: StreamStatus) => void;
  lastEventId?: string | null;
}

const WATCHDOG_MS = 40_000;
// A stream that ends sooner than this has failed, whatever it said before.
const STEADY_MS = 5000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const PROBE_AGAIN_MS = 60_000;
const TYPES: ReadonlySet<string> = new Set(EVENT_TYPES);

/**
 * Follows the event stream until `stop()`. It resumes behind the last event, ends a connection that has been silent for
 * 40 s, and waits longer after each failure. It uses `fetch`, since EventSource cannot send the token and gives up for
 * good at the first answer that is not 200.
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

  /** Tries at once: the network is back, or the machine has slept and the stream may be dead. */
  poke(): void {
    this.failures = 0;
    this.current?.abort();
    this.wake();
  }

  private async follow(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      this.tell('connecting');
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

  /** Follows one connection to its end. The caller gets the milliseconds to wait before the next one; null to stop. */
  private async once(): Promise<number | null> {
    const { url, tokens } = this.options;
    const connection = new AbortController();
    this.current = connection;
    const { signal } = connection;
    const watchdog = new Watchdog(() => connection.abort());
    let openedAt = Number.POSITIVE_INFINITY;
    try {
      const response = await orAborted(this.open(url, tokens, signal), signal);
      if (response.status === 404 || response.status === 405 || response.status === 501) {
        this.tell('unsupported');
        return PROBE_AGAIN_MS;
      }
      if (response.status === 401) {
        this.tell('signed-out');
        return null;
      }
      if (!response.ok || response.body === null || !isStream(response)) {
        this.tell('down');
        const asked = Number(response.headers.get('Retry-After') ?? 0) * 1000;
        return Math.max(this.nextWait(), Number.isFinite(asked) ? Math.min(asked, LONGEST_WAIT_MS) : 0);
      }
      openedAt = performance.now();
      this.tell('live');
      // Without an event to resume behind, events between the first answers and now may be missing.
      if (this.lastEventId === null) guarded(this.options.onGap);
      await this.read(response.body, watchdog);
    } catch (error) {
      if (this.stopped.signal.aborted) return null;
      if (error instanceof ApiProblem && error.status === 401) {
        this.tell('signed-out');
        return null;
      }
      // The connection broke, the watchdog ended it, or there was no token: each is tried again.
    } finally {
      watchdog.stop();
      // Whatever ended the connection, it must not stay open beside the next one.
      connection.abort();
    }
    this.tell('down');
    // The server ends a stream when its token ends, so the end of one that has lasted is no failure.
    if (performance.now() - openedAt < STEADY_MS || openedAt === Number.POSITIVE_INFINITY) return this.nextWait();
    this.failures = 0;
    return FIRST_WAIT_MS * Math.random();
  }

  private tell(status: StreamStatus): void {
    guarded(() => this.options.onStatus(status));
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

  private async read(body: ReadableStream<Uint8Array>, watchdog: Watchdog): Promise<void> {
    const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
    const parser = createParser({
      onEvent: ({ id, event, data }) => {
        if (id) this.lastEventId = id;
        if (event === 'reset') guarded(this.options.onGap);
        else if (event && TYPES.has(event)) this.deliver(event, data, id ?? null);
      },
    });
    for (watchdog.rearm(); ; watchdog.rearm()) {
      const { value, done } = await reader.read();
      if (done) return;
      parser.feed(value);
    }
  }

  /** Hands an event on. If it cannot be read, or a listener fails at it, everything on screen is loaded again. */
  private deliver(type: string, data: string, id: string | null): void {
    try {
      this.options.onEvent(readEvent(type, data), id);
    } catch (error) {
      tellFault(error);
      guarded(this.options.onGap);
    }
  }

  private nextWait(): number {
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures++);
    return ceiling / 2 + (Math.random() * ceiling) / 2;
  }
}

/** Whether an answer is a stream: a guest network's sign-in page is a 200 too. */
const isStream = (response: Response): boolean =>
  response.headers.get('Content-Type')?.startsWith('text/event-stream') === true;

/** Ends a connection that is silent for too long, counted from the request and again from each byte. */
class Watchdog {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly bite: () => void;

  constructor(bite: () => void) {
    this.bite = bite;
    this.rearm();
  }

  rearm(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.bite, WATCHDOG_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

/** Like the promise, but rejects once the signal says so: not every promise heeds a signal by itself. */
function orAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([asked, ended]);
}

function readEvent(type: string, text: string): LiveEvent {
  const body: unknown = JSON.parse(text);
  const data: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
  // docs/contract.md sections 4 and 8.4 say what these are; the types come from the same document.
  const message = (data.message ?? null) as Message | null;
  const conversation = (data.conversation ?? null) as Conversation | null;
  const isOther = message === null && conversation === null;
  return { type: type as EventType, message, conversation, ...(isOther && { data }) };
}
