import { catalogue } from './catalogue';

/** The sentences of choosing a time, loaded with the dialogs that ask for one. */
export const when = catalogue('when', {
  words: 'In words',
  example: 'tomorrow 9, fri 14:00, in 3h',
  isThen: (time: string) => `That is ${time}.`,
  unknown: 'This names no time that is understood. Try “tomorrow 9”, “fri 14:00” or “in 3h”.',
  over: (time: string) => `That is ${time}, which is over.`,
  closesBefore: (time: string) => `The reply window closes before that: ${time}.`,
  beforeItCloses: 'Take an hour before it closes',
});
