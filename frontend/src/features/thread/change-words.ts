import { dayAndHour } from '../../lib/format';
import type { Change } from '../../lib/types';
import { c } from '../../words/changes-en';

/** What a value of a change says; values are as the conversation shows them. */
const part = (value: unknown, name: string): string | null => {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : null;
  return typeof found === 'string' ? found : null;
};
/** Of an attribute that was set; null: it has none any more. */
function valueIn(to: unknown): string | null {
  const value: unknown = Reflect.get(to as object, 'value');
  if (value === null || value === undefined) return null;
  return typeof value === 'boolean' ? (value ? c.yes : c.no) : String(value as string | number);
}
const nameIn = (value: unknown): string => part(value, 'name') ?? c.somebody;

/** Who did something, to its reader: their own name is “You”. */
function actorOf({ actor }: Change, userId: string): string {
  if (actor.kind === 'member') return actor.id === userId ? c.you : (actor.name ?? c.somebody);
  return actor.name ?? c.system;
}

/** One sentence for one act, which may have changed several things; null where nothing of it has a sentence. */
export function changeText(changes: readonly Change[], userId: string): string | null {
  const [first] = changes;
  if (!first) return null;
  const said = changes.map((change) => saying(change, changes, userId)).filter((text) => text !== null);
  if (said.length === 0) return null;
  const what = said.join(c.and);
  if (first.cause === 'inbound') return c.byCustomer(what);
  if (first.cause === 'sweep') return c.byTime(what);
  if (first.cause === 'member_removed') return c.byRemoval(what);
  if (first.cause === 'assigner') return first.to === null ? c.byNoReply(what) : c.byRule(what);
  return first.cause === 'undo' ? c.byUndo(actorOf(first, userId), what) : c.by(actorOf(first, userId), what);
}

function saying(change: Change, all: readonly Change[], userId: string): string | null {
  const { field, from, to, actor } = change;
  switch (field) {
    case 'assignee': {
      if (to === null) return c.freed(part(from, 'user_id') === userId ? null : nameIn(from));
      const id = part(to, 'user_id');
      return id === actor.id ? c.took : c.assigned(id === userId ? null : nameIn(to));
    }
    case 'team':
      return to === null ? c.leftTeam(nameIn(from)) : c.toTeam(nameIn(to));
    case 'label':
      if (to === null) return c.unlabelled(nameIn(from));
      return from === null ? c.labelled(nameIn(to)) : c.relabelled(nameIn(from), nameIn(to));
    case 'status': {
      if (to === 'resolved') return c.resolved;
      if (to !== 'snoozed') return c.opened;
      const snooze = all.find((one) => one.field === 'snooze')?.to;
      const until = part(snooze, 'snoozed_until');
      return c.snoozed(until && dayAndHour(until));
    }
    case 'snooze': {
      // The status beside it says so.
      if (all.some((one) => one.field === 'status')) return null;
      const until = part(to, 'snoozed_until');
      return to === null ? null : c.snoozed(until && dayAndHour(until));
    }
    case 'person': {
      const known: unknown = typeof to === 'object' && to !== null ? Reflect.get(to, 'attribute') : undefined;
      return known === undefined ? c.named(part(to, 'name') ?? c.somebody) : c.known(nameIn(known), valueIn(to));
    }
    default:
      return null;
  }
}
