import { u } from '../words/user-en';
import { notify } from './notices';
import { changeSettings } from './settings';

/** Asks the browser, which asks the agent. It must only be called after a click. */
export async function turnOnNotifications(): Promise<void> {
  const answer = typeof Notification === 'undefined' ? 'denied' : await Notification.requestPermission();
  changeSettings({ desktopNotifications: answer === 'granted' });
  if (answer === 'granted') notify(u.notifications.on);
  else notify(u.notifications.refused, 'trouble');
}
