import { catalogue } from './catalogue';
import { plural } from './plural';

/** The sentences of automatic assignment's settings, loaded with them. */
export const r = catalogue('rules', {
  intro: 'Who answers a new conversation: whoever takes it, or whoever a rule gives it to. Each number has a rule, and each team may have one of its own.',
  none: 'There is no number yet',
  noneHint: 'Connect a number, and say here who is given its conversations.',
  kinds: { number: 'Number', team: 'Team' },
  on: 'Turn on',
  onOf: (name: string) => `Turn on automatic assignment for ${name}`,
  turnedOn: (name: string) => `Conversations of ${name} are now assigned by themselves.`,
  saved: (name: string) => `The rule of ${name} is saved.`,
  undo: 'Undo',
  isOn: 'On',
  byHand: 'By hand: nobody is given a conversation by itself.',
  asNumber: 'No rule of its own: the number’s rule holds, among the members of the team.',
  next: { round_robin: 'whose turn it is', least_busy: 'who has the fewest open ones' },
  goesTo: (next: string, isThere: boolean, isTeam: boolean, limit: number) =>
    `A new conversation goes at once to the ${isTeam ? 'member of the team' : 'agent'} ${next}, of those who are ${isThere ? 'here and available' : 'available'}, up to ${limit} each.`,
  bounces: (minutes: number, most: number) =>
    `If they do not answer within ${plural(minutes, 'minute', 'minutes')}, it goes to somebody else, at most ${plural(most, 'time', 'times')}.`,
  comesBack: {
    same_if_available: 'When a customer writes again after it was resolved, it comes back to the same person if they are available, else to their team.',
    team: 'When a customer writes again after it was resolved, it comes back to its team.',
    unassigned: 'When a customer writes again after it was resolved, it begins as nobody’s.',
  },
  waiting: (count: number) => (count >= 1000 ? '1,000 or more wait for somebody.' : `${plural(count, 'conversation waits', 'conversations wait')} for somebody.`),
  nobodyWaits: 'Nothing waits.',
  nobody: 'Nobody can be given one now: what comes waits until somebody is.',
  allFull: 'All are full: what comes waits until somebody resolves one.',
  share: (name: string, open: number, limit: number) => `${name}: ${open} of ${limit}`,
  full: 'full',
  takers: 'Who is given conversations now',

  heading: (name: string) => `Rule of ${name}`,
  mode: 'How conversations find somebody',
  modes: { manual: 'By hand', round_robin: 'In turn', least_busy: 'To whoever has the fewest' },
  limit: 'Open conversations that somebody may have',
  limitHint: 'With so many, of all numbers and teams together, nobody is given more by itself. By hand they can be.',
  presence: 'Only who is here: their page is open, and they are available',
  reopen: 'When a customer writes again after it was resolved',
  reopens: { same_if_available: 'The same person if they are available, else their team', team: 'Its team', unassigned: 'Nobody' },
  timer: 'Give it to somebody else when there is no answer',
  minutes: 'After so many minutes',
  bouncesField: 'At most so often',
  does: 'What it will do',
});
