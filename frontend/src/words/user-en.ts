import { catalogue } from './catalogue';
import { plural } from './plural';

/** The sentences of what an agent arranges for themselves: their menu, their settings, how they are told of messages. */
export const u = catalogue('user', {
  menu: {
    team: 'Workspace and people',
    activity: 'Activity',
    keyboard: 'Keyboard shortcuts',
    open: 'Your account and settings',
    openAs: (name: string) => `Open as ${name}`,
    signedIn: (label: string) => `Signed in as ${label}`,
    notificationsOff: 'Turn on desktop notifications',
    notificationsOn: 'Desktop notifications',
    sound: 'Sound for new messages',
    muteNumber: 'Mute this number',
  },

  notifications: {
    on: 'Notifications are on.',
    refused: 'The browser does not allow notifications for this page.',
    more: (text: string, count: number) => `${text} (${plural(count, 'unread message', 'unread messages')})`,
  },

  settings: {
    heading: 'Settings',
    hint: 'Saved in this browser.',
    sendWith: 'Sending',
    enterSends: 'Enter sends',
    commandSends: 'Ctrl or ⌘ + Enter sends',
    appearance: 'Page and keyboard',
    compactRows: 'Compact conversation list',
    singleKeys: 'Single-key shortcuts (R, C, E, X, /, ?)',
    notifications: 'New messages',
    desktop: 'Desktop notifications',
    volume: 'Volume',
    language: 'Language',
    theme: 'Theme',
    themes: { system: 'Same as this device', light: 'Light', dark: 'Dark' },
    afterResolve: 'After resolving',
    afterResolves: { stay: 'Stay there', next: 'Open the next one', list: 'Go back to the list' },
    timeZone: 'Time zone',
    deviceZone: (name: string) => `Same as this device (${name})`,
    mute: (name: string) => `Mute ${name}`,
  },
});
