import { formatLocale } from '../lib/language';
import { catalogue } from './catalogue';
import { plural } from './plural';

/** The sentences of the search, loaded with it. */
export const s = catalogue('search', {
  heading: 'Search',
  field: 'Search messages, people and notes',
  clear: 'Clear',
  placeholder: 'Words, a name or a number',
  close: 'Close',
  closeLabel: 'Close the search',
  what: 'What is searched',
  kinds: { all: 'All', messages: 'Messages', people: 'People', notes: 'Notes' },
  narrow: (isNarrowed: boolean) => (isNarrowed ? 'Number and days: narrowed' : 'Number and days'),
  number: 'Number',
  everyNumber: 'All numbers',
  from: 'From',
  to: 'To',
  anywhere: 'All numbers and days',
  start: 'Find what was said',
  startHint: 'Words, part of a name or number, an order. Accents and capitals make no difference, and the last word may be unfinished.',
  searching: 'Searching…',
  count: (count: number, isAll: boolean) =>
    isAll ? plural(count, 'result', 'results') : `More than ${count.toLocaleString(formatLocale)} results`,
  none: (words: string) => `Nothing found for “${words}”`,
  noneHint: 'Try fewer words, or the beginning of one.',
  noneNarrowedHint: 'Other numbers or days may have it.',
  partial: 'This took too long, so older results may be missing.',
  noneYet: 'Nothing found so far: there was too much to look through.',
  goOn: 'Search further back',
  more: 'More is being loaded…',
  end: 'That is all.',
  allOf: { people: 'All people', notes: 'All notes' },
  noteBy: (name: string | null) => `${name ?? 'Somebody'}’s note: `,
  offline: 'You are offline',
  offlineHint: 'The search goes on when the connection is back.',
  forbidden: 'You may not search here',
  notYours: 'You do not see this number',
  notYoursHint: 'Perhaps it was taken from you, or disconnected.',
  everything: 'All results…',
});
