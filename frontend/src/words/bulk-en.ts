import { formatLocale } from '../lib/language';
import { catalogue } from './catalogue';
import { plural } from './plural';

const conversations = (count: number): string => plural(count, 'conversation', 'conversations');
const number = (count: number): string => count.toLocaleString(formatLocale);

/** The sentences of what is done to many conversations at once, loaded when somebody begins to choose. */
export const b = catalogue('bulk', {
  select: (name: string) => `Select the conversation with ${name}`,
  heading: 'Selected conversations',
  chosen: (count: number) => (count === 0 ? 'Nothing selected' : `${number(count)} selected`),
  allChosen: 'All that match are selected',
  chooseListed: 'Select all that are shown',
  chooseMatching: 'Select all that match',
  end: 'End the selection (Esc)',
  actions: 'What to do with them',
  markRead: 'Mark as read by me',
  oneWorkspace: 'Select conversations of one workspace only',
  add: 'Add',
  remove: 'Remove',
  takeOver: (count: number) => `Take ${conversations(count)} from colleagues?`,
  takeOverHint: 'Colleagues are answering some of these. They become yours, and the team sees that you took them.',
  working: (count: number) => `Working on ${conversations(count)}…`,
  progress: 'How far it is',
  reached: (count: number, of: number) => `${number(count)} of ${number(of)}`,
  hide: 'Hide this; the work goes on',
  did: {
    assign: (count: number) => `${conversations(count)} assigned.`,
    add_label: (count: number) => `Label added to ${conversations(count)}.`,
    remove_label: (count: number) => `Label removed from ${conversations(count)}.`,
    snooze: (count: number) => `${conversations(count)} snoozed.`,
    resolve: (count: number) => `${conversations(count)} resolved.`,
    reopen: (count: number) => `${conversations(count)} reopened.`,
    read: (count: number) => `${conversations(count)} marked as read.`,
  },
  left: (count: number) => `${number(count)} left as ${count === 1 ? 'it was' : 'they were'}.`,
  reasons: {
    conversation_changed: 'Something new was said or changed meanwhile',
    not_found: 'Out of your sight, or gone',
    forbidden: 'Your role does not allow it',
    assignee_unavailable: 'They cannot be given this one',
    internal_error: 'Something went wrong',
  },
  otherReason: 'Not possible now',
  unseen: 'One that you no longer see',
  further: (count: number) => `And ${number(count)} more.`,
  undo: 'Undo',
  undone: (count: number) => (count === 0 ? 'There was nothing to undo.' : `Undone for ${conversations(count)}.`),
  notUndone: (count: number) => `${number(count)} ${count === 1 ? 'has' : 'have'} changed since and ${count === 1 ? 'stays' : 'stay'}.`,
});
