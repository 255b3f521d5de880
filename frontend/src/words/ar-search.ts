import { digits, plural, type Translation } from './ar-words';
import type { s } from './search-en';

export const search = {
  heading: 'البحث',
  field: 'البحث في الرسائل والأشخاص والملاحظات',
  clear: 'مسح',
  placeholder: 'كلمات أو اسم أو رقم',
  close: 'إغلاق',
  closeLabel: 'إغلاق البحث',
  what: 'ما يُبحث فيه',
  kinds: { all: 'الكل', messages: 'الرسائل', people: 'الأشخاص', notes: 'الملاحظات' },
  narrow: (isNarrowed) => (isNarrowed ? 'الرقم والأيام: مضيّقة' : 'الرقم والأيام'),
  number: 'الرقم',
  everyNumber: 'كل الأرقام',
  from: 'من',
  to: 'إلى',
  anywhere: 'كل الأرقام والأيام',
  start: 'اعثر على ما قيل',
  startHint: 'كلمات، أو جزء من اسم أو رقم، أو طلب. لا فرق في التشكيل والهمزات، وقد تكون الكلمة الأخيرة غير مكتملة.',
  searching: 'جارٍ البحث…',
  count: (count, isAll) =>
    isAll
      ? plural(count, {
          zero: 'لا نتائج',
          one: 'نتيجة واحدة',
          two: 'نتيجتان',
          few: '# نتائج',
          many: '# نتيجة',
          other: '# نتيجة',
        })
      : `أكثر من ${digits(count)} نتيجة`,
  none: (words) => `لا نتائج عن «⁨${words}⁩»`,
  noneHint: 'جرّب كلمات أقل أو بداية كلمة.',
  noneNarrowedHint: 'قد يوجد في أرقام أو أيام أخرى.',
  partial: 'استغرق البحث وقتًا طويلًا، وقد تنقص نتائج أقدم.',
  noneYet: 'لا نتائج حتى الآن: كان ما يُبحث فيه كثيرًا.',
  goOn: 'متابعة البحث فيما هو أقدم',
  more: 'جارٍ تحميل المزيد…',
  end: 'هذا كل شيء.',
  allOf: { people: 'كل الأشخاص', notes: 'كل الملاحظات' },
  noteBy: (name) => `ملاحظة ⁨${name ?? 'أحدهم'}⁩: `,
  offline: 'أنت غير متصل',
  offlineHint: 'يتابَع البحث عند عودة الاتصال.',
  forbidden: 'لا يحق لك البحث هنا',
  notYours: 'لا ترى هذا الرقم',
  notYoursHint: 'ربما سُحب منك أو أُلغي ربطه.',
  everything: 'كل النتائج…',
} satisfies Translation<typeof s>;
