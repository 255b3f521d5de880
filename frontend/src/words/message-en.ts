import { catalogue } from './catalogue';

/** The sentences of what is known of one message and of forwarding it. */
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
  cannotForward: 'This message cannot be forwarded.',
  unreadable: 'The file could not be read.',
});
