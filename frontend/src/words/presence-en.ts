import { catalogue } from './catalogue';
import { plural } from './plural';

/** “Ines”, “Ines and Ben”, “Ines, Ben and 2 others”. */
const people = (names: readonly string[], others: number): string =>
  others > 0 ? `${names.join(', ')} and ${plural(others, 'other', 'others')}` : names.join(' and ');

const are = (names: readonly string[], others: number): string => (names.length + others > 1 ? 'are' : 'is');

/** The sentences of who else is there. */
export const v = catalogue('presence', {
  viewing: (names: readonly string[], others: number) => `${people(names, others)} ${are(names, others)} viewing`,
  typing: (names: readonly string[], others: number) => `${people(names, others)} ${are(names, others)} typing a reply`,
  lookingNow: (names: string) => `Viewing now: ${names}`,
  writingNow: (names: string) => `Writing a reply: ${names}`,
  somebody: 'Somebody',

  presences: { active: 'Online', idle: 'Idle', absent: 'Offline' },
  availabilities: { away: 'Away', off: 'Off' },
});
