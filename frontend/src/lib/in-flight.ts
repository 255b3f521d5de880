import type { Query, QueryClient } from '@tanstack/react-query';
import type { LiveEvent } from './apply-event';

interface Options {
  /** Put an event into this query's data again. */
  repeat: (query: Query, event: LiveEvent) => void;
  /** Load this query's data again. */
  reload: (query: Query) => void;
}

/**
 * What is told while an answer is on its way. The server may have written that answer before, and it takes the
 * place of all that is known: so what was told since it was asked for is told again to what has just come.
 */
export class InFlight {
  private readonly options: Options;
  private readonly unsubscribe: () => void;
  private told: LiveEvent[] = [];
  /** By the query's hash: how much had been told when it was asked for. */
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

  /** What has happened until now is not known. Whoever waits for a first answer is not asked twice at once. */
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
