import { catalogue } from './catalogue';

/** The sentences of what a workspace writes down of its customers, in its settings. */
export const at = catalogue('attributes', {
  none: 'Your team writes down nothing of its own yet',
  noneHint: 'Every profile has a name, an e-mail address, a language and a time zone. Add what else you want to know of a customer.',
  make: 'Add an attribute',
  made: (name: string) => `The attribute ${name} was added.`,
  name: 'Name',
  key: 'Key',
  keyHint: 'How other programs call it: small letters, digits and _. It stays as it is chosen here.',
  type: 'Type',
  types: { text: 'Text', number: 'Number', date: 'Day', list: 'Choice', bool: 'Yes or no', link: 'Link' },
  options: 'What there is to choose from',
  optionsHint: 'One in each line. What was chosen before stays where it stands.',
  archive: 'Delete',
  archiveHeading: (name: string) => `Delete ${name}?`,
  archiveHint: 'No profile shows it any more. Its values are kept, and come back with an attribute of the same key and type.',
  archiveNow: 'Yes, delete',
  archived: (name: string) => `The attribute ${name} was deleted.`,
});
