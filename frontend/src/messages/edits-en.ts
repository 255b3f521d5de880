import { catalogue } from './catalogue';
/** The sentences of a message's earlier texts, loaded with them. */
export const e = catalogue('edits', {
  edited: 'edited',
  editedAt: (time: string) => `Edited ${time}`,
  label: 'Earlier texts',
  until: (time: string) => `until ${time}`,
  none: 'Its earlier text is not kept.',
  failed: 'Its earlier text could not be loaded.',
});
