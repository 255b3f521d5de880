import { ApiProblem } from './api';

/** A reply that the agent has sent and the server has not yet stored. */
export interface OutboxEntry {
  clientMessageId: string;
  conversationId: string;
  phoneNumberId: string;
  text: string;
  replyTo: string | null;
  createdAt: string;
  /** `stopped` waits for the agent; `detail` says why. */
  state: 'waiting' | 'sending' | 'stopped';
  detail: string | null;
  /** The API's word for the reason; null where there is none yet. */
  code: string | null;
  /** Refused for good: the same again would be refused too. */
  isRefused: boolean;
}

export interface OutboxOptions {
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;
  prefix: string;
  /** Resolves when the server has stored it; rejects with ApiProblem otherwise. */
  send: (entry: OutboxEntry) => Promise<void>;
  /** Milliseconds until a temporary refusal is tried again by itself. */
  retryDelay?: (problem: ApiProblem, attempt: number) => number;
}

const GIVE_UP_AFTER = 3;
const UNTRIED = { detail: null, code: null, isRefused: false };

const defaultDelay = (problem: ApiProblem, attempt: number): number =>
  Math.max((problem.retryAfterS ?? 0) * 1000, 1000 * 2 ** attempt);

/**
 * Sends replies in order, one at a time in a conversation, and keeps them in the browser until the server
 * has them: a reload loses nothing. Trying again is safe, since the key of a reply never changes.
 */
export class Outbox {
  private entries: readonly OutboxEntry[];
  private readonly listeners = new Set<() => void>();
  private readonly busy = new Set<string>();
  private readonly options: OutboxOptions;

  constructor(options: OutboxOptions) {
    this.options = options;
    this.entries = this.stored();
  }

  /** All entries, the oldest first; the same array until something changes. */
  readonly snapshot = (): readonly OutboxEntry[] => this.entries;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Send what an earlier visit left, and what was stopped by a lost connection. */
  resume(): void {
    const isStuck = (entry: OutboxEntry) => entry.state === 'stopped' && !entry.isRefused;
    for (const entry of this.entries.filter(isStuck)) this.change(entry, { ...UNTRIED, state: 'waiting' });
    for (const id of new Set(this.entries.map((entry) => entry.conversationId))) void this.run(id);
  }

  add(entry: Omit<OutboxEntry, 'state' | keyof typeof UNTRIED>): void {
    this.put({ ...entry, ...UNTRIED, state: 'waiting' });
    void this.run(entry.conversationId);
  }

  retry(clientMessageId: string): void {
    const entry = this.find(clientMessageId);
    if (!entry) return;
    this.change(entry, { ...UNTRIED, state: 'waiting' });
    void this.run(entry.conversationId);
  }

  discard(clientMessageId: string): void {
    const entry = this.find(clientMessageId);
    if (!entry || entry.state === 'sending') return;
    this.remove(clientMessageId);
    void this.run(entry.conversationId);
  }

  private async run(conversationId: string): Promise<void> {
    if (this.busy.has(conversationId)) return;
    this.busy.add(conversationId);
    try {
      for (let attempt = 0; ; ) {
        const entry = this.entries.find((item) => item.conversationId === conversationId && !item.isRefused);
        // What was stopped holds back what was written after it: replies arrive in the order of writing.
        if (entry === undefined || entry.state === 'stopped') return;
        this.change(entry, { state: 'sending' });
        const problem = await this.attempt(entry);
        if (problem === null) {
          this.remove(entry.clientMessageId);
          attempt = 0;
        } else if (problem.isTemporary && problem.status !== 0 && attempt < GIVE_UP_AFTER) {
          const delay = (this.options.retryDelay ?? defaultDelay)(problem, attempt++);
          await new Promise((resolve) => setTimeout(resolve, delay));
        } else {
          const { message: detail, code } = problem;
          this.change(entry, { state: 'stopped', detail, code, isRefused: !problem.isTemporary });
        }
      }
    } finally {
      this.busy.delete(conversationId);
    }
  }

  private async attempt(entry: OutboxEntry): Promise<ApiProblem | null> {
    try {
      await this.options.send(entry);
      return null;
    } catch (error) {
      if (error instanceof ApiProblem) return error;
      // A time-out of the request's own signal; anything else is a fault of ours and is shown as such.
      return new ApiProblem({ detail: 'The server did not answer in time.', code: 'timeout' }, 0);
    }
  }

  private find(clientMessageId: string): OutboxEntry | undefined {
    return this.entries.find((entry) => entry.clientMessageId === clientMessageId);
  }

  private put(entry: OutboxEntry): void {
    const index = this.entries.findIndex((item) => item.clientMessageId === entry.clientMessageId);
    this.entries = index === -1 ? [...this.entries, entry] : this.entries.with(index, entry);
    // Every entry under a key of its own: two tabs never write over each other's.
    this.options.storage.setItem(this.options.prefix + entry.clientMessageId, JSON.stringify(entry));
    this.tell();
  }

  private change(entry: OutboxEntry, change: Partial<OutboxEntry>): void {
    const current = this.find(entry.clientMessageId);
    if (current) this.put({ ...current, ...change });
  }

  private remove(clientMessageId: string): void {
    this.entries = this.entries.filter((entry) => entry.clientMessageId !== clientMessageId);
    this.options.storage.removeItem(this.options.prefix + clientMessageId);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private stored(): OutboxEntry[] {
    const { storage, prefix } = this.options;
    const found: OutboxEntry[] = [];
    for (let index = 0; index < storage.length; index++) {
      const key = storage.key(index);
      if (!key?.startsWith(prefix)) continue;
      const entry = readEntry(storage.getItem(key));
      if (entry) found.push(entry.state === 'sending' ? { ...entry, state: 'waiting' } : entry);
    }
    return found.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  }
}

function readEntry(text: string | null): OutboxEntry | null {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    const isEntry =
      typeof value === 'object' &&
      value !== null &&
      ['clientMessageId', 'conversationId', 'phoneNumberId', 'text', 'createdAt'].every(
        (name) => typeof Reflect.get(value, name) === 'string',
      );
    // Checked just above, field by field, as far as it is used.
    return isEntry ? (value as OutboxEntry) : null;
  } catch {
    return null;
  }
}
