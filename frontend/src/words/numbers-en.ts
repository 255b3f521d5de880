import { catalogue } from './catalogue';

/** The sentences of connecting a number, loaded with its form. */
export const n = catalogue('numbers', {
  heading: 'Connect a WhatsApp number',
  intro: 'You will find all three in Meta’s App Dashboard, under WhatsApp > API Setup.',
  wabaId: 'WhatsApp Business Account ID',
  phoneNumberId: 'Phone number ID',
  accessToken: 'Access token',
  tokenHint: 'From a system user with the whatsapp_business_messaging permission. It is stored encrypted.',
  digits: 'Digits only, as Meta shows the ID.',
  connect: 'Connect',
  connecting: 'Checking with Meta…',
  noneHeading: 'No number is connected yet',
});
