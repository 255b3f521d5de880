import { catalogue } from './catalogue';

/** The sentences of what is the agent's own: what they are told of, and whether they are available. */
export const o = catalogue('own', {
  heading: 'Notifications',
  open: (count: number) => (count === 0 ? 'Notifications' : `Notifications: ${count} not done`),
  empty: 'Nothing waits for you',
  emptyHint: 'You are told here when a colleague mentions you, or a conversation becomes yours.',
  kinds: {
    mention: (name: string) => `You were mentioned in the conversation with ${name}`,
    assigned: (name: string) => `The conversation with ${name} was assigned to you`,
    woken: (name: string) => `The conversation with ${name} is back`,
    reminder: (name: string) => `You wanted to be reminded of the conversation with ${name}`,
    window_closing: (name: string) => `${name} waits, and WhatsApp’s window closes soon`,
    unsent: (name: string) => `A message to ${name} could not be sent`,
    other: (name: string) => `Something waits in the conversation with ${name}`,
  },
  by: {
    mention: (who: string, name: string) => `${who} mentioned you in the conversation with ${name}`,
    assigned: (who: string, name: string) => `${who} assigned the conversation with ${name} to you`,
  },
  byRule: (name: string) => `The assignment rule gave you the conversation with ${name}`,
  aCustomer: 'a customer',
  times: (count: number) => `${count} times`,
  done: 'Mark as done',
  doneOf: (sentence: string) => `Mark as done: ${sentence}`,

  availability: 'Availability',
  available: 'Available',
  away: 'Away',
  off: 'Off',
});
