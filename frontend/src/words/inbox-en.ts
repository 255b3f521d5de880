import { catalogue } from './catalogue';

/** The sentences of what narrows the list of conversations, loaded with it. */
export const i = catalogue('inbox', {
  heading: 'Filter and sort',
  status: 'Status',
  statuses: { open: 'Open', snoozed: 'Snoozed', resolved: 'Resolved', any: 'Any' },
  only: 'Only',
  onlyOf: { unread: 'Unread by me', waiting: 'Waiting for an answer', closing: 'Window closes within 2 hours' },
  labels: 'Labels',
  noLabels: 'There are no labels yet.',
  sort: 'Order',
  sorts: { recent: 'Latest first', waiting: 'Longest waiting first', closing: 'Window closes first' },
  clear: 'Clear filters',
  done: 'Done',
});
