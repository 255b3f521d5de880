import { t } from '../words/en';
import { ApiProblem } from './api';
import { holdPage } from './leaving';
import { Listeners, tellFault } from './listeners';
import { byTime, justAfter, type OutboxEntry, readEntry, writeEntry } from './outbox-entry';
import type { Store } from './storage';

type Written = Omit<OutboxEntry, 'state' | 'code' | 'detail' | 'isKept'>;

export interface OutboxOptions {
  storage: Pick<Store, 'get' | 'set' | 'remove' | 'keys' | 'isKept'>;
  prefix: string;
  /** Runs a function alone among the tabs of this browser that give the same name. */
  alone?: (name: string, run: () => Promise<void>) => Promise<void>;
}

/** Resolves when the server has stored the reply, else rejects with ApiProblem. It should end with its signal. */
export type Send = (entry: OutboxEntry, signal: AbortSignal) => Promise<void>;

const PATIENCE_MS = 20_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
// A request that is older than this when the network comes back may hang on a line that is dead.
const HANGING_MS = 3000;
const UNTRIED = { code: null, detail: null };

interface Wait {
  notBefore: number;
  hurry: () => void;
}

/**
 * Sends replies in order, one at a time in a conversation, until the server has each of them. Meanwhile the browser
 * keeps them, so that neither an outage nor a reload loses one or needs the agent. Trying again is safe: the key of a
 * reply never changes, so the server stores it once. Tabs of one browser share the replies that wait, and take turns.
 */
export class Outbox {
  private entries: readonly OutboxEntry[];
  private readonly listeners = new Listeners();
  private readonly busy = new Set<string>();
  private readonly waits = new Set<Wait>();
  private readonly attempts = new Map<AbortController, number>();
  private readonly failures = new Map<string, number>();
  private readonly options: OutboxOptions;
  private isRunning = false;
  private send: Send;

  constructor(send: Send, options: OutboxOptions) {
    this.send = send;
    this.options = options;
    this.entries = this.stored();
  }

  /** All entries, the oldest first. The array is the same until something changes. */
  readonly snapshot = (): readonly OutboxEntry[] => this.entries;

  readonly subscribe = this.listeners.subscribe;

  /** Sends by this function from now on, such as with another session. Waiting replies are tried at once. */
  sendBy(send: Send): void {
    this.send = send;
    this.wake();
  }

  /** Begins with the replies that an earlier visit left. */
  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    addEventListener('storage', this.hear);
    for (const id of new Set(this.entries.map((entry) => entry.conversationId))) void this.run(id);
  }

  stop(): void {
    this.isRunning = false;
    removeEventListener('storage', this.hear);
    for (const abort of this.attempts.keys()) abort.abort();
    for (const { hurry } of this.waits) hurry();
    holdPage('outbox', false);
  }

  /** The server may be back. Waiting replies are tried now, except those that the server asked to come later. */
  readonly wake = (): void => {
    this.failures.clear();
    for (const { hurry } of this.waits) hurry();
  };

  /** The network is back. Requests on the connection that broke are made again. */
  readonly reconnect = (): void => {
    for (const [abort, since] of this.attempts)
      if (Date.now() - since > HANGING_MS) abort.abort(new DOMException('The line has changed.', 'TimeoutError'));
    this.wake();
  };

  add(written: Written): void {
    const last = this.entries.findLast(({ conversationId }) => conversationId === written.conversationId);
    const createdAt = last && last.createdAt >= written.createdAt ? justAfter(last.createdAt) : written.createdAt;
    this.put({ ...written, createdAt, ...UNTRIED, state: 'waiting', isKept: true }, true);
    void this.run(written.conversationId);
  }

  /** Tries a refused reply again: by itself, whatever has been said meanwhile. The agent has seen that now. */
  retry(clientMessageId: string): void {
    const found = this.find(clientMessageId);
    if (!found) return;
    const { resolvesAfter: _, ...entry } = found;
    this.put({ ...entry, ...UNTRIED, state: 'waiting' }, true);
    void this.run(entry.conversationId);
  }

  discard(clientMessageId: string): void {
    const entry = this.find(clientMessageId);
    if (!entry || entry.state === 'sending') return;
    this.remove(clientMessageId);
    this.wake();
  }

  private next(conversationId: string): OutboxEntry | undefined {
    return this.entries.find((entry) => entry.conversationId === conversationId && entry.state !== 'refused');
  }

  private async run(conversationId: string): Promise<void> {
    if (!this.isRunning || this.busy.has(conversationId)) return;
    this.busy.add(conversationId);
    try {
      while (this.isRunning && this.next(conversationId)) {
        let problem: ApiProblem | null = null;
        try {
          problem = await this.turn(conversationId);
        } catch (error) {
          // A fault of ours must not stop the sending. It is shown in the console, and the next try comes later.
          tellFault(error);
          problem = new ApiProblem({}, 0);
        }
        if (problem === null) this.failures.delete(conversationId);
        else await this.pause(conversationId, problem);
      }
    } finally {
      this.busy.delete(conversationId);
    }
  }

  /** Tries the oldest reply once. The caller gets the problem that the next try has to wait for, or null. */
  private async turn(conversationId: string): Promise<ApiProblem | null> {
    let problem: ApiProblem | null = null;
    await (this.options.alone ?? alone)(this.options.prefix + conversationId, async () => {
      this.lookAround();
      const entry = this.next(conversationId);
      if (!entry || !this.isRunning) return;
      this.put({ ...entry, state: 'sending' }, false);
      problem = await this.attempt(entry);
      if (!this.isRunning) return;
      if (problem === null) this.remove(entry.clientMessageId);
      else this.note(entry, problem);
      // The reply was refused for good, so those behind it go on at once.
      if (problem?.isRefusal) problem = null;
    });
    return problem;
  }

  private async attempt(entry: OutboxEntry): Promise<ApiProblem | null> {
    const abort = new AbortController();
    const { signal } = abort;
    this.attempts.set(abort, Date.now());
    const limit = setTimeout(() => abort.abort(new DOMException('No answer.', 'TimeoutError')), PATIENCE_MS);
    try {
      // Something that does not heed the signal, such as a token that does not come, must not hold the others up.
      const ended = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      await Promise.race([this.send(entry, signal), ended]);
      return null;
    } catch (error) {
      if (error instanceof ApiProblem) return error;
      if (!signal.aborted) tellFault(error);
      return new ApiProblem({ code: 'timeout', detail: t.problems.late }, 0);
    } finally {
      clearTimeout(limit);
      this.attempts.delete(abort);
    }
  }

  private note(entry: OutboxEntry, problem: ApiProblem): void {
    const current = this.find(entry.clientMessageId);
    if (!current) return;
    const state = problem.isRefusal ? 'refused' : 'waiting';
    this.put({ ...current, state, code: problem.code, detail: problem.message }, true);
  }

  private async pause(conversationId: string, problem: ApiProblem): Promise<void> {
    if (!this.isRunning) return;
    const failures = this.failures.get(conversationId) ?? 0;
    this.failures.set(conversationId, failures + 1);
    const asked = Math.min(LONGEST_WAIT_MS, (problem.retryAfterS ?? 0) * 1000);
    const own = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
    const notBefore = Date.now() + asked;
    // The waits differ, so that not all pages ask at the same moment when a server comes back.
    const delay = Math.max(asked, own * (0.75 + Math.random() / 4));
    await new Promise<void>((resolve) => {
      const wait: Wait = {
        notBefore,
        hurry: () => {
          clearTimeout(timer);
          const left = this.isRunning ? wait.notBefore - Date.now() : 0;
          timer = setTimeout(end, Math.max(0, left));
        },
      };
      const end = () => {
        this.waits.delete(wait);
        resolve();
      };
      let timer = setTimeout(end, delay);
      this.waits.add(wait);
    });
  }

  private find(clientMessageId: string): OutboxEntry | undefined {
    return this.entries.find((entry) => entry.clientMessageId === clientMessageId);
  }

  /** Changes the list before the storage: a reply that cannot be stored is sent all the same. */
  private put(entry: OutboxEntry, isToBeStored: boolean): void {
    this.place(entry);
    if (isToBeStored) this.store(entry);
    this.tell();
  }

  private store(entry: OutboxEntry): void {
    this.restore();
    // Each entry has a key of its own, so that two tabs never write over each other's.
    const isKept = this.options.storage.set(this.options.prefix + entry.clientMessageId, writeEntry(entry));
    if (isKept !== entry.isKept) this.place({ ...entry, isKept });
  }

  /** Stores the known replies again if the mark is missing: then somebody has emptied the storage. */
  private restore(): void {
    const { storage, prefix } = this.options;
    if (storage.get(prefix) === MARK) return;
    storage.set(prefix, MARK);
    for (const entry of this.entries) this.store(entry);
  }

  private place(entry: OutboxEntry): void {
    const index = this.entries.findIndex((item) => item.clientMessageId === entry.clientMessageId);
    this.entries = index === -1 ? [...this.entries, entry].toSorted(byTime) : this.entries.with(index, entry);
  }

  private remove(clientMessageId: string): void {
    this.options.storage.remove(this.options.prefix + clientMessageId);
    this.drop(clientMessageId);
  }

  private drop(clientMessageId: string): void {
    const left = this.entries.filter((entry) => entry.clientMessageId !== clientMessageId);
    if (left.length === this.entries.length) return;
    this.entries = left;
    this.tell();
  }

  private tell(): void {
    holdPage('outbox', this.isRunning && this.entries.some((entry) => !entry.isKept && entry.state !== 'refused'));
    this.listeners.tell();
  }

  /** Another tab has written, sent or deleted a reply. */
  private readonly hear = ({ key, newValue }: StorageEvent): void => {
    const { prefix } = this.options;
    // The agent signed out in the other tab, so the replies are dropped here too.
    if (key === prefix && newValue === null) for (const entry of this.entries) this.drop(entry.clientMessageId);
    else if (key?.startsWith(prefix)) this.lookAround();
  };

  /** Takes up replies that other tabs have written, and drops those that they have sent or deleted. */
  private lookAround(): void {
    const { storage, prefix } = this.options;
    this.restore();
    for (const { clientMessageId, isKept, state } of this.entries)
      if (isKept && state !== 'sending' && storage.get(prefix + clientMessageId) === null) this.drop(clientMessageId);
    for (const entry of this.stored()) {
      const known = this.find(entry.clientMessageId);
      if (known?.state === 'sending' || (known?.state === entry.state && known.code === entry.code)) continue;
      this.place(entry);
      this.tell();
      void this.run(entry.conversationId);
    }
  }

  private stored(): OutboxEntry[] {
    const { storage, prefix } = this.options;
    return storage
      .keys(prefix)
      .map((key) => readEntry(storage.get(key), storage.isKept(key)))
      .filter((entry) => entry !== null)
      .toSorted(byTime);
  }
}

/** Stands beside the entries, from the first of them on. If it is missing, they were not sent, but swept away. */
const MARK = 'waiting';

/** Uses the browser's locks. Without one, two tabs may send the same reply, which the server stores once. */
async function alone(name: string, run: () => Promise<void>): Promise<void> {
  let hasRun = false;
  const once = async () => {
    if (hasRun) return;
    hasRun = true;
    await run();
  };
  try {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    await navigator.locks.request(name, { signal: patience }, once);
  } catch (error) {
    if (hasRun) throw error;
    await once();
  }
}
