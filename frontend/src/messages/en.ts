/** Every sentence of the page, in English. A further language is a file of this shape. */
const rules = new Intl.PluralRules('en');
const plural = (count: number, one: string, other: string): string =>
  `${count.toLocaleString('en')} ${rules.select(count) === 'one' ? one : other}`;

function duration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return `${minutes} min`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

const typeNames: Record<string, string> = {
  audio: 'Audio',
  button: 'Button',
  contacts: 'Contact',
  document: 'Document',
  image: 'Photo',
  interactive: 'Reply',
  location: 'Location',
  order: 'Order',
  reaction: 'Reaction',
  sticker: 'Sticker',
  system: 'Notice',
  template: 'Template',
  unsupported: 'Message of a kind that cannot be shown here',
  video: 'Video',
};

export const t = {
  product: 'Live Chat',
  productLong: 'Live Chat for WhatsApp Business',
  title: (unread: number) => (unread > 0 ? `(${unread}) Live Chat` : 'Live Chat'),
  retry: 'Try again',
  cancel: 'Cancel',
  close: 'Close',
  loading: 'Loading…',
  failedToLoad: 'This could not be loaded.',
  correlation: (id: string) => `Reference: ${id}`,
  couldNotRefresh: 'Could not refresh',
  typeName: (type: string) => typeNames[type] ?? `Message of type “${type}”`,
  voiceNote: 'Voice message',

  session: {
    heading: 'Sign in',
    intro: 'Answer your customers on WhatsApp, together with your team.',
    demo: 'Continue as the demo agent',
    demoHint: 'The sandbox plays WhatsApp on this machine: nothing leaves it.',
    email: 'Email',
    password: 'Password',
    submit: 'Sign in',
    signingIn: 'Signing in…',
    failed: 'Signing in did not work.',
    demoFailed: (url: string) => `The sandbox at ${url} does not answer.`,
    notConfigured: 'Sign-in is not configured: set SUPABASE_URL and SUPABASE_ANON_KEY.',
    ended: 'Your session has ended. Sign in again; what you have written is kept.',
    signOut: 'Sign out',
    skip: 'Skip to the message box',
  },

  header: {
    number: 'Phone number',
    paused: 'paused',
    unread: (count: number) => plural(count, 'unread', 'unread'),
    connectNumber: 'Connect a number…',
    shortcuts: 'Keyboard shortcuts',
  },

  connection: {
    live: 'Live',
    connecting: 'Connecting…',
    polling: 'Updating every 3 s',
    down: 'Reconnecting…',
    offline: 'Offline',
    offlineBanner: 'You are offline. Replies wait here and are sent when the connection is back.',
    downBanner: 'The connection to the server is lost. Trying again…',
    pausedBanner:
      'WhatsApp has paused this number: replies wait. Connect it again with a valid access token to resume.',
    reconnectNumber: 'Connect again',
  },

  numbers: {
    heading: 'Connect a WhatsApp number',
    intro: 'You find these three in Meta’s App Dashboard under WhatsApp, API Setup.',
    wabaId: 'WhatsApp Business Account ID',
    phoneNumberId: 'Phone number ID',
    accessToken: 'Access token',
    tokenHint: 'Of a system user with whatsapp_business_messaging. It is stored encrypted.',
    digits: 'Digits only, as Meta shows the ID.',
    connect: 'Connect',
    connecting: 'Asking Meta…',
    noneHeading: 'No number is connected yet',
  },

  inbox: {
    heading: 'Conversations',
    search: 'Search name or number',
    clearSearch: 'Clear search',
    all: 'All',
    unread: 'Unread',
    show: 'Show',
    empty: 'No conversations yet',
    emptyHint: 'When a customer writes to this number, the conversation appears here.',
    noneUnread: 'All caught up',
    noneUnreadHint: 'There are no unread conversations.',
    noneFound: (text: string) => `Nothing found for “${text}”`,
    noneFoundHint: 'Try a part of the name or of the number.',
    showAll: 'Show all',
    you: 'You: ',
    draft: 'Draft: ',
    unreadBadge: (count: number) => (count > 99 ? '99+' : String(count)),
    unreadLabel: (count: number) => plural(count, 'unread message', 'unread messages'),
    closesIn: (minutes: number) => `Window closes in ${duration(minutes)}`,
    noMessages: 'No messages',
  },

  thread: {
    messages: 'Messages',
    choose: 'Choose a conversation',
    chooseHint: 'Pick one from the list, or press Alt + ↓ to open the first.',
    back: 'Back to conversations',
    details: 'Details',
    beginning: 'The conversation begins here',
    unread: (count: number) => plural(count, 'unread message', 'unread messages'),
    unreadLine: 'Unread messages',
    newBelow: (count: number) => (count > 0 ? plural(count, 'new message', 'new messages') : 'To the latest'),
    windowLeft: (minutes: number) => `${duration(minutes)} left to reply`,
    windowLeftShort: (minutes: number) => duration(minutes),
    windowClosed: 'Reply window closed',
    windowClosedShort: 'Closed',
    notFound: 'This conversation does not exist, or is not yours.',
    announce: (name: string, text: string) => `${name}: ${text}`,
    customer: 'Customer',
    business: 'You',
  },

  bubble: {
    reply: 'Reply',
    copy: 'Copy text',
    copied: 'Copied',
    quoteMissing: 'An earlier message',
    mediaPending: 'The file is being fetched from WhatsApp.',
    mediaFailed: 'The file could not be fetched from WhatsApp.',
    openFile: 'Open',
    unsupported: 'WhatsApp does not pass this kind of message on. Ask the customer to send it another way.',
    unsupportedOutbound: 'A message that cannot be shown here.',
    openMap: 'Open in a map',
    reactionFrom: (who: string, emoji: string) => `${who} reacted with ${emoji}`,
    failedCode: (code: number) => `Error ${code}`,
    failed: 'WhatsApp did not accept this message.',
    unknown: 'WhatsApp did not confirm this message. It may have arrived.',
    unknownWarning: 'The customer may get it twice.',
    sendAnyway: 'Send again anyway',
    sentAgain: 'Sent again below',
    notSaved: 'Not saved',
    delete: 'Delete',
    resend: 'Send again',
  },

  tick: {
    clock: 'Waiting to be sent',
    sent: 'Sent',
    delivered: 'Delivered',
    read: 'Read',
    failed: 'Failed',
    unknown: 'Not confirmed',
  },

  composer: {
    label: (name: string) => `Reply to ${name}`,
    placeholder: 'Write a reply',
    send: 'Send',
    hint: 'Enter sends, Shift + Enter begins a new line',
    left: (count: number) =>
      count >= 0 ? plural(count, 'character left', 'characters left') : plural(-count, 'character too many', 'characters too many'),
    replyingTo: (name: string) => `Replying to ${name}`,
    cancelReply: 'Cancel reply',
    closedHeading: 'Only a template can reopen this chat',
    closedDetail:
      'More than 24 hours have passed since the customer’s last message. Free-form replies open again with the next one.',
    neverOpen: 'The customer has not written yet, so WhatsApp takes templates only.',
  },

  details: {
    heading: 'Details',
    name: 'Name',
    phone: 'Phone number',
    username: 'Username',
    userId: 'WhatsApp user ID',
    window: 'Reply window',
    windowOpen: (minutes: number) => `Open for ${duration(minutes)}`,
    lastActivity: 'Last activity',
    copyPhone: 'Copy number',
    line: 'Writes to',
  },

  keyboard: {
    heading: 'Keyboard shortcuts',
    rows: [
      ['Alt + ↓ / Alt + ↑', 'Next or previous conversation'],
      ['/', 'Search conversations'],
      ['Enter', 'Send'],
      ['Shift + Enter', 'New line'],
      ['Alt + I', 'Show or hide details'],
      ['Esc', 'Close, cancel the reply, back to the list'],
      ['?', 'This list'],
    ] as const,
  },
};
