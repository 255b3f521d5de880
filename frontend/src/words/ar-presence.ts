import { plural, type Translation } from './ar-words';
import type { v } from './presence-en';

// A noun before the names is right for one and for several, for men and women.
const people = (names: readonly string[], others: number): string => {
  const named = names.map((name) => `⁨${name}⁩`).join(' و');
  const more = plural(others, { zero: '', one: 'شخص آخر', two: 'شخصان آخران', few: '# آخرون', many: '# شخصًا آخر', other: '# شخص آخر' });
  return others > 0 ? `${named} و${more}` : named;
};

export const presence = {
  viewing: (names, others) => `الاطلاع الآن: ${people(names, others)}`,
  typing: (names, others) => `كتابة رد الآن: ${people(names, others)}`,
  lookingNow: (names) => `الاطلاع الآن: ⁨${names}⁩`,
  writingNow: (names) => `كتابة رد الآن: ⁨${names}⁩`,
  somebody: 'زميل',

  presences: { active: 'متصل', idle: 'خامل', absent: 'غير متصل' },
  availabilities: { away: 'بعيد', off: 'خارج العمل' },
} satisfies Translation<typeof v>;
