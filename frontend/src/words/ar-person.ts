import type { Translation } from './ar-words';
import type { w } from './person-en';

export const person = {
  profile: 'الملف الشخصي',
  edit: 'تعديل',
  editProfile: 'تعديل الملف الشخصي',
  save: 'حفظ',
  saveAnyway: 'حفظ ما كتبته رغم ذلك',
  saving: 'جارٍ الحفظ…',
  somebody: 'أحدهم',
  nothing: 'لم يُدوَّن شيء بعد.',
  nothingYet: 'لم يُدوَّن شيء بعد. ما تضيفه هنا يظهر في كل محادثات هذا العميل.',
  lookAbove: 'لم يُحفظ شيء بعد: انظر ما ورد أعلاه.',

  name: 'الاسم لدى فريقك',
  rename: 'تغيير الاسم',
  nameHint: 'يرى فريقك هذا الاسم في كل مكان، ولا يراه العميل. إن تُرك فارغًا فهو كما في واتساب.',
  nameHintOf: (name) => `يرى فريقك هذا الاسم في كل مكان، ولا يراه العميل. إن تُرك فارغًا فهو «⁨${name}⁩» كما في واتساب.`,
  namedBy: (name) => (name === null ? 'سمّيته أنت' : `سمّاه ⁨${name}⁩`),
  onWhatsApp: 'في واتساب:',
  quickerName: (name, now) => `كان ⁨${name}⁩ أسرع: الاسم الآن «⁨${now}⁩».`,
  quicker: (name) => `كان ⁨${name}⁩ أسرع وغيّر الشيء نفسه. ما لم تلمسه معروض كما هو الآن.`,

  email: 'البريد الإلكتروني',
  language: 'اللغة',
  timeZone: 'المنطقة الزمنية',
  timeThere: (time) => `الساعة هناك الآن ${time}`,
  none: '—',
  yes: 'نعم',
  no: 'لا',
  changedBy: (name, time) => (name === null ? `آخر تغيير منك، ${time}` : `آخر تغيير من ⁨${name}⁩، ${time}`),

  others: 'محادثات أخرى',
  statuses: { open: 'مفتوحة', snoozed: 'مؤجلة', resolved: 'منتهية' },
} satisfies Translation<typeof w>;
