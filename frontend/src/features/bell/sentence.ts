import { formatLocale } from '../../lib/language';
import { lookUp } from '../../lib/lookup';
import type { components } from '../../lib/api-types';
import type { Notification } from '../../lib/types';
import { o } from '../../words/own-en';

const relative = new Intl.RelativeTimeFormat(formatLocale, { numeric: 'auto' });
const [MINUTE_S, HOUR_S, DAY_S] = [60, 3600, 86_400];

/** A colleague by name, or a rule; null: that is not known. */
export type Cause = { by: string } | 'rule' | null;

/** What an entry of the thread says of who was behind it. */
export function causeOf(entry: components['schemas']['Entry'] | undefined): Cause {
  if (entry?.kind === 'note') return byName(entry.note?.author.name);
  if (entry?.kind !== 'change') return null;
  return entry.change?.cause === 'assigner' ? 'rule' : byName(entry.change?.actor.name);
}

const byName = (name: string | null | undefined): Cause => (name ? { by: name } : null);

/** What a notification says; null: the customer's name is not known yet. A kind that is new here waits, too. */
export function sentenceOf({ kind }: { kind: Notification['kind'] | 'unsent' }, name: string | null, cause: Cause = null): string {
  if (kind === 'assigned' && cause === 'rule') return o.byRule(name ?? o.aCustomer);
  if ((kind === 'assigned' || kind === 'mention') && cause !== null && cause !== 'rule') return o.by[kind](cause.by, name ?? o.aCustomer);
  const say = lookUp<(name: string) => string>(o.kinds, kind) ?? o.kinds.other;
  return say(name ?? o.aCustomer);
}

/** “now”, “5 minutes ago”, “3 hours ago”, “yesterday”. A clock that goes wrong makes nothing come from the future. */
export function timeAgo(at: string, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - Date.parse(at)) / 1000);
  if (seconds < MINUTE_S) return relative.format(0, 'second');
  if (seconds < HOUR_S) return relative.format(-Math.floor(seconds / MINUTE_S), 'minute');
  if (seconds < DAY_S) return relative.format(-Math.floor(seconds / HOUR_S), 'hour');
  return relative.format(-Math.floor(seconds / DAY_S), 'day');
}

/** What is still to be done, as it is listed. */
export const toDo = (all: readonly Notification[]): Notification[] => all.filter((one) => one.done_at === null);
