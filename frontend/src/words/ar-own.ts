import { digits, plural, type Translation } from './ar-words';
import type { o } from './own-en';

export const own = {
  heading: 'الإشعارات',
  open: (count) => (count === 0 ? 'الإشعارات' : `الإشعارات: لم يُنجز منها ${digits(count)}`),
  empty: 'لا شيء ينتظرك',
  emptyHint: 'تُخبَر هنا عندما يذكرك زميل أو تصبح محادثة لك.',
  kinds: {
    mention: (name) => `ذُكرت في المحادثة مع ⁨${name}⁩`,
    assigned: (name) => `أُسندت إليك المحادثة مع ⁨${name}⁩`,
    woken: (name) => `عادت المحادثة مع ⁨${name}⁩`,
    reminder: (name) => `أردت التذكير بالمحادثة مع ⁨${name}⁩`,
    window_closing: (name) => `⁨${name}⁩ ينتظر، ونافذة واتساب تُغلق قريبًا`,
    unsent: (name) => `تعذّر إرسال رسالة إلى ⁨${name}⁩`,
    other: (name) => `هناك ما ينتظر في المحادثة مع ⁨${name}⁩`,
  },
  by: {
    mention: (who, name) => `إشارة إليك من ⁨${who}⁩ في المحادثة مع ⁨${name}⁩`,
    assigned: (who, name) => `إسناد من ⁨${who}⁩: المحادثة مع ⁨${name}⁩ صارت لك`,
  },
  byRule: (name) => `قاعدة الإسناد أعطتك المحادثة مع ⁨${name}⁩`,
  aCustomer: 'عميل',
  times: (count) =>
    plural(count, { zero: 'ولا مرة', one: 'مرة واحدة', two: 'مرتان', few: '# مرات', many: '# مرة', other: '# مرة' }),
  done: 'وضع كمُنجز',
  doneOf: (sentence) => `وضع كمُنجز: ${sentence}`,

  availability: 'التوفر',
  available: 'متاح',
  away: 'بعيد',
  off: 'خارج العمل',
} satisfies Translation<typeof o>;
