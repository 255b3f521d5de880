import type { Query, QueryClient } from '@tanstack/react-query';
import type { LiveEvent } from './apply-event';

interface Options {
  /** Puts an event into this query's data again. */
  repeat: (query: Query, event: LiveEvent) => void;
  /** Loads this query's data again. */
  reload: (query: Query) => void;
}

/**
 * Keeps the events that come while an answer is on its way. The server may have written the answer before they
 * happened, and the answer replaces all that is known. So the events since the question are put into the answer again.
 */
export class InFlight {
  private readonly options: Options;
  private readonly unsubscribe: () => void;
  private told: LiveEvent[] = [];
  /** How many events had come when each query was asked, by the query's hash. */
  private readonly asked = new Map<string, number>();
  private readonly outdated = new Set<string>();

  constructor(client: QueryClient, options: Options) {
    this.options = options;
    const cache = client.getQueryCache();
    for (const query of cache.getAll()) if (query.state.fetchStatus !== 'idle') this.ask(query);
    this.unsubscribe = cache.subscribe((change) => {
      if (change.type === 'removed') this.forget(change.query);
      if (change.type !== 'updated') return;
      const { action, query } = change;
      if (action.type === 'fetch') this.ask(query);
      else if (action.type === 'error') this.forget(query);
      else if (action.type === 'success' && action.manual !== true) this.answer(query);
    });
  }

  stop(): void {
    this.unsubscribe();
  }

  tell(event: LiveEvent): void {
    if (this.asked.size > 0) this.told.push(event);
  }

  /** Events may be missing until now, so the queries on their way are loaded again after their answers. */
  gap(): void {
    for (const hash of this.asked.keys()) this.outdated.add(hash);
  }

  private ask(query: Query): void {
    this.outdated.delete(query.queryHash);
    this.asked.set(query.queryHash, this.told.length);
  }

  private answer(query: Query): void {
    const from = this.asked.get(query.queryHash);
    const isOutdated = this.outdated.has(query.queryHash);
    const since = from === undefined ? [] : this.told.slice(from);
    this.forget(query);
    for (const event of since) this.options.repeat(query, event);
    if (isOutdated) this.options.reload(query);
  }

  private forget(query: Query): void {
    this.asked.delete(query.queryHash);
    this.outdated.delete(query.queryHash);
    if (this.asked.size === 0) this.told = [];
  }
}
