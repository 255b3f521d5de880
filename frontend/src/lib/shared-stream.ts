import type { LiveEvent } from './apply-event';
import { setLeading } from './leading';
import { guarded } from './listeners';
import { LiveEvents, type StreamOptions, type StreamStatus } from './live-events';

export interface SharedOptions extends Omit<StreamOptions, 'lastEventId'> {
  /** Tabs of the same name share one stream: name the user. */
  name: string;
}

type News =
  | { kind: 'event'; event: LiveEvent; id: string | null }
  | { kind: 'gap' }
  | { kind: 'status'; status: StreamStatus }
  | { kind: 'hello' }
  | { kind: 'poke' };

/**
 * One event stream for all tabs of a browser: over HTTP/1.1 a seventh open stream would hang every request to this
 * server. The tab that holds the lock reads the stream and tells the others. When it is closed the next tab gets the
 * lock and resumes behind the last event. Without locks (they exist on https and on localhost) every tab has a stream
 * of its own.
 */
export class SharedStream {
  private readonly options: SharedOptions;
  private readonly stopped = new AbortController();
  private readonly channel: BroadcastChannel | null;
  private stream: LiveEvents | null = null;
  private status: StreamStatus = 'connecting';
  private lastEventId: string | null = null;
  private hasBegun = false;

  constructor(options: SharedOptions) {
    this.options = options;
    this.channel = openChannel(options.name);
  }

  start(): void {
    if (this.channel === null) {
      this.lead();
      return;
    }
    this.channel.addEventListener('message', (message: MessageEvent<News>) => this.hear(message.data));
    this.tell({ kind: 'hello' });
    const { signal } = this.stopped;
    navigator.locks
      .request(this.options.name, { signal }, () => {
        this.lead();
        return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      })
      .catch(() => {
        // The tab was stopped while it waited for the lock, or there are no locks and the tab reads its own stream.
        if (!this.stream) this.lead();
      });
  }

  stop(): void {
    this.stopped.abort();
    if (this.stream) setLeading(false);
    this.stream?.stop();
    this.channel?.close();
  }

  /** Tries at once: the network is back. */
  poke(): void {
    if (this.stream) this.stream.poke();
    else this.tell({ kind: 'poke' });
  }

  private lead(): void {
    if (this.stopped.signal.aborted) return;
    const pass = (news: News) => {
      this.tell(news);
      this.hear(news);
    };
    this.stream = new LiveEvents({
      url: this.options.url,
      tokens: this.options.tokens,
      lastEventId: this.lastEventId,
      onEvent: (event, id) => pass({ kind: 'event', event, id }),
      onGap: () => pass({ kind: 'gap' }),
      onStatus: (status) => pass({ kind: 'status', status }),
    });
    this.stream.start();
    setLeading(true);
  }

  private tell(news: News): void {
    // The other tabs ask the server for what they are not told. This tab must not stop for it.
    if (!this.stopped.signal.aborted) guarded(() => this.channel?.postMessage(news));
  }

  private hear(news: News): void {
    if (this.stopped.signal.aborted) return;
    switch (news.kind) {
      case 'event':
        this.lastEventId = news.id ?? this.lastEventId;
        this.options.onEvent(news.event, news.id);
        return;
      case 'gap':
        this.options.onGap();
        return;
      case 'status':
        this.status = news.status;
        this.options.onStatus(news.status);
        // A tab that joins a running stream may have loaded its data before it began to listen.
        if (news.status === 'live' && !this.hasBegun) {
          this.hasBegun = true;
          if (!this.stream) this.options.onGap();
        }
        return;
      case 'hello':
        if (this.stream) this.tell({ kind: 'status', status: this.status });
        return;
      case 'poke':
        this.stream?.poke();
    }
  }
}

/** Null if tabs cannot share a stream: a browser may lack locks or channels, or forbid them. */
function openChannel(name: string): BroadcastChannel | null {
  try {
    return 'locks' in navigator ? new BroadcastChannel(name) : null;
  } catch {
    return null;
  }
}
