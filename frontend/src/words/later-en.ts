import { catalogue } from './catalogue';

const times = {
  hour: 'In an hour',
  evening: 'This evening',
  tomorrow: 'Tomorrow morning',
  monday: 'Monday morning',
  window: 'An hour before the reply window closes',
};

/** The sentences of what is done later: messages to be sent at a time, and reminders. */
export const later = catalogue('later', {
  send: { heading: 'Send later', times, own: 'Another time', submit: 'Send then', past: 'Choose a time that is still to come.' },
  change: { heading: 'Change what is sent later', times, own: 'Another time', submit: 'Send then', past: 'Choose a time that is still to come.' },
  remind: { heading: 'Remind me', times, own: 'Another time', submit: 'Remind me then', past: 'Choose a time that is still to come.' },
  message: 'Message',
  cancelIf: 'Not if they write before',
  sendHint: 'If it cannot be sent then, you are told.',
  sendWindow: (time: string) => `The reply window closes ${time}. What cannot be sent then is not, and you are told.`,
  kept: (time: string) => `It is sent ${time}.`,
  list: 'To be sent later',
  closes: (left: string) => `WhatsApp’s window closes in ${left}. After that only a template can be sent.`,
  by: (name: string) => `by ${name}`,
  notSent: 'Not sent',
  changeOf: (text: string) => `Change: ${text}`,
  cancel: 'Do not send',
  cancelOf: (text: string) => `Do not send: ${text}`,
  cancelled: 'It is not sent.',
  about: 'What about',
  remindHint: 'You alone are told. Nothing changes for the team.',
  reminded: (time: string) => `You are reminded ${time}.`,
});
