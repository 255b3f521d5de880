import type { Translation } from './ar-words';
import type { later as english } from './later-en';

const times = {
  hour: 'بعد ساعة',
  evening: 'هذا المساء',
  tomorrow: 'صباح الغد',
  monday: 'صباح الاثنين',
  window: 'قبل إغلاق نافذة الرد بساعة',
};
const past = 'اختر وقتًا لم يحن بعد.';

export const later = {
  send: { heading: 'إرسال لاحقًا', times, own: 'وقت آخر', submit: 'الإرسال حينها', past },
  change: { heading: 'تغيير ما سيُرسل لاحقًا', times, own: 'وقت آخر', submit: 'الإرسال حينها', past },
  remind: { heading: 'ذكّرني', times, own: 'وقت آخر', submit: 'ذكّرني حينها', past },
  message: 'الرسالة',
  cancelIf: 'ليس إن كتب العميل قبل ذلك',
  sendHint: 'إن تعذّر إرسالها حينها تُخبَر بذلك.',
  sendWindow: (time) => `تُغلق نافذة الرد ${time}. ما يتعذّر إرساله حينها لا يُرسل، وتُخبَر بذلك.`,
  kept: (time) => `ستُرسل ${time}.`,
  list: 'سيُرسل لاحقًا',
  closes: (left) => `تُغلق نافذة واتساب بعد ${left}. بعدها لا يُرسل إلا قالب.`,
  by: (name) => `من ⁨${name}⁩`,
  notSent: 'لم تُرسل',
  changeOf: (text) => `تغيير: ${text}`,
  cancel: 'عدم الإرسال',
  cancelOf: (text) => `عدم الإرسال: ${text}`,
  cancelled: 'لن تُرسل.',
  about: 'بخصوص ماذا',
  remindHint: 'تُخبَر وحدك. لا يتغيّر شيء للفريق.',
  reminded: (time) => `ستُذكَّر ${time}.`,
} satisfies Translation<typeof english>;
