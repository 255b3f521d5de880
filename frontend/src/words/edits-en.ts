import { catalogue } from './catalogue';
/** The sentences of a message's earlier texts, loaded with them. */
export const e = catalogue('edits', {
  edited: 'edited',
  editedAt: (time: string) => `Edited ${time}`,
  label: 'Earlier texts',
  until: (time: string) => `until ${time}`,
  none: 'The earlier text was not kept.',
  failed: 'The earlier text could not be loaded.',
});
