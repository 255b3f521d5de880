import { type Translation, unreadMessages } from './ar-words';
import type { u } from './user-en';

export const user = {
  menu: {
    team: 'مساحة العمل والأشخاص',
    activity: 'النشاط',
    keyboard: 'اختصارات لوحة المفاتيح',
    open: 'حسابك وإعداداتك',
    openAs: (name) => `الفتح باسم ${name}`,
    signedIn: (label) => `سجّلت الدخول باسم ${label}`,
    notificationsOff: 'تشغيل إشعارات سطح المكتب',
    notificationsOn: 'إشعارات سطح المكتب',
    sound: 'صوت للرسائل الجديدة',
    muteNumber: 'كتم هذا الرقم',
  },
  notifications: {
    on: 'الإشعارات مفعّلة.',
    refused: 'لا يسمح المتصفح بإشعارات لهذه الصفحة.',
    more: (text, count) => `${text} (${unreadMessages(count)})`,
  },
  settings: {
    heading: 'الإعدادات',
    hint: 'تُحفظ في هذا المتصفح.',
    sendWith: 'الإرسال',
    enterSends: 'الإرسال بمفتاح Enter',
    commandSends: 'الإرسال بمفتاحي ⁦Ctrl / ⌘ + Enter⁩',
    appearance: 'الصفحة ولوحة المفاتيح',
    compactRows: 'قائمة محادثات مضغوطة',
    singleKeys: 'اختصارات بمفتاح واحد (⁦R, C, E, X, /, ?⁩)',
    notifications: 'الرسائل الجديدة',
    desktop: 'إشعارات سطح المكتب',
    volume: 'مستوى الصوت',
    language: 'اللغة',
    theme: 'المظهر',
    themes: { system: 'كإعداد هذا الجهاز', light: 'فاتح', dark: 'داكن' },
    afterResolve: 'بعد الحل',
    afterResolves: { stay: 'البقاء فيها', next: 'فتح التالية', list: 'العودة إلى القائمة' },
    timeZone: 'المنطقة الزمنية',
    deviceZone: (name) => `كإعداد هذا الجهاز (⁦${name}⁩)`,
    mute: (name) => `كتم ${name}`,
  },
} satisfies Translation<typeof u>;
