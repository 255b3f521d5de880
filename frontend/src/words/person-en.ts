import { catalogue } from './catalogue';

/** The sentences of a customer's profile, loaded with the details of a conversation. */
export const w = catalogue('person', {
  profile: 'Profile',
  edit: 'Edit',
  editProfile: 'Edit the profile',
  save: 'Save',
  saveAnyway: 'Save mine all the same',
  saving: 'Saving…',
  somebody: 'Somebody',
  nothing: 'Nothing was written down yet.',
  nothingYet: 'Nothing was written down yet. What you add here stands in all conversations of this customer.',
  lookAbove: 'Nothing was saved yet: see what is said above.',

  name: 'Name for your team',
  rename: 'Change the name',
  nameHint: 'Your team sees this name everywhere; the customer does not. Left empty, it is as WhatsApp has it.',
  nameHintOf: (name: string) => `Your team sees this name everywhere; the customer does not. Left empty, it is “${name}”, as WhatsApp has it.`,
  namedBy: (name: string | null) => (name === null ? 'Named by you' : `Named by ${name}`),
  onWhatsApp: 'On WhatsApp:',
  quickerName: (name: string, now: string) => `${name} was quicker: the name is “${now}” now.`,
  quicker: (name: string) => `${name} was quicker, and has changed the same. What you did not touch is shown as it is now.`,

  email: 'E-mail',
  language: 'Language',
  timeZone: 'Time zone',
  timeThere: (time: string) => `${time} there now`,
  none: '—',
  yes: 'Yes',
  no: 'No',
  changedBy: (name: string | null, time: string) => (name === null ? `Last changed by you, ${time}` : `Last changed by ${name}, ${time}`),

  others: 'Other conversations',
  statuses: { open: 'Open', snoozed: 'Snoozed', resolved: 'Resolved' },
});
