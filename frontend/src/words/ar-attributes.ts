import type { Translation } from './ar-words';
import type { at } from './attributes-en';

export const attributes = {
  none: 'لا يدوّن فريقك شيئًا خاصًا به بعد',
  noneHint: 'لكل ملف شخصي اسم وبريد إلكتروني ولغة ومنطقة زمنية. أضف ما تريد معرفته أيضًا عن العميل.',
  make: 'إضافة سمة',
  made: (name) => `أُضيفت السمة ⁨${name}⁩.`,
  name: 'الاسم',
  key: 'المفتاح',
  keyHint: 'ما تسمّيها به البرامج الأخرى: أحرف لاتينية صغيرة وأرقام و_. يبقى كما يُختار هنا.',
  type: 'النوع',
  types: { text: 'نص', number: 'رقم', date: 'يوم', list: 'اختيار', bool: 'نعم أو لا', link: 'رابط' },
  options: 'ما يُختار منه',
  optionsHint: 'خيار في كل سطر. ما اختير من قبل يبقى في مكانه.',
  archive: 'حذف',
  archiveHeading: (name) => `هل تريد حذف ⁨${name}⁩؟`,
  archiveHint: 'لن يظهر في أي ملف شخصي. تُحفظ قيمه وتعود مع سمة لها المفتاح نفسه والنوع نفسه.',
  archiveNow: 'نعم، احذفها',
  archived: (name) => `حُذفت السمة ⁨${name}⁩.`,
} satisfies Translation<typeof at>;
