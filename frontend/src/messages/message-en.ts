import { catalogue } from './catalogue';
import { plural } from './plural';

/** The sentences of what is known of one message, of forwarding it, and of a conversation on paper. */
export const m = catalogue('message', {
  heading: 'Message',
  received: 'Received',
  written: 'Written',
  sent: 'Accepted by WhatsApp',
  delivered: 'Delivered',
  read: 'Read',
  failed: 'Failed',
  notYet: 'Not yet',
  by: 'From',
  wamid: 'WhatsApp ID',
  origins: {
    livechat: 'This inbox',
    phone_app: 'The phone app',
    history: 'Before this inbox was connected',
    standby: 'Meta’s AI agent',
    event: 'WhatsApp',
  } as Record<string, string>,
  forward: 'Forward',
  forwardHeading: 'Forward to',
  search: 'Search name or number',
  closed: 'Reply window closed',
  none: 'Nobody found.',
  sending: 'Sending…',
  forwarded: (name: string) => `Forwarded to ${name}.`,
  failedToForward: 'This could not be forwarded.',
  printHeading: (name: string) => `Conversation with ${name}`,
  printed: (count: number) => plural(count, 'message', 'messages'),
  printFirst: (count: number) => `The last ${count} messages`,
});
