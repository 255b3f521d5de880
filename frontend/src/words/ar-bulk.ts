import { digits, plural, type Translation } from './ar-words';
import type { b } from './bulk-en';

const conversations = (count: number): string =>
  plural(count, {
    zero: 'لا محادثات',
    one: 'محادثة واحدة',
    two: 'محادثتان',
    few: '# محادثات',
    many: '# محادثة',
    other: '# محادثة',
  });

export const bulk = {
  select: (name) => `تحديد المحادثة مع ⁨${name}⁩`,
  heading: 'المحادثات المحددة',
  chosen: (count) => (count === 0 ? 'لم يُحدَّد شيء' : `المحدد: ${conversations(count)}`),
  allChosen: 'حُدّد كل ما يطابق',
  chooseListed: 'تحديد كل المعروض',
  chooseMatching: 'تحديد كل ما يطابق',
  end: 'إنهاء التحديد (⁦Esc⁩)',
  actions: 'ما يُفعل بها',
  markRead: 'وضعها كمقروءة لي',
  oneWorkspace: 'حدّد محادثات مساحة عمل واحدة فقط',
  add: 'إضافة',
  remove: 'إزالة',
  takeOver: (count) => `أتأخذ من زملائك ${conversations(count)}؟`,
  takeOverHint: 'يجيب زملاء على بعض هذه المحادثات. تصبح لك، ويرى الفريق أنك أخذتها.',
  working: (count) => `جارٍ العمل على ${conversations(count)}…`,
  progress: 'مدى التقدم',
  reached: (count, of) => `${digits(count)} من ${digits(of)}`,
  hide: 'إخفاء هذا، والعمل مستمر',
  did: {
    assign: (count) => `أُسندت ${conversations(count)}.`,
    add_label: (count) => `أُضيف الوسم: ${conversations(count)}.`,
    remove_label: (count) => `أُزيل الوسم: ${conversations(count)}.`,
    snooze: (count) => `أُجّلت ${conversations(count)}.`,
    resolve: (count) => `حُلّت ${conversations(count)}.`,
    reopen: (count) => `أُعيد فتح: ${conversations(count)}.`,
    read: (count) => `وُضعت كمقروءة: ${conversations(count)}.`,
  },
  left: (count) => `بقيت كما كانت: ${conversations(count)}.`,
  reasons: {
    conversation_changed: 'قيل فيها شيء جديد أو تغيّرت في الأثناء',
    not_found: 'لم تعد ظاهرة لك، أو لم تعد موجودة',
    forbidden: 'لا يسمح دورك بذلك',
    assignee_unavailable: 'لا يمكن إسنادها إلى هذا العضو',
    internal_error: 'حدث خطأ',
  },
  otherReason: 'غير ممكن الآن',
  unseen: 'محادثة لم تعد تراها',
  further: (count) => `و${digits(count)} غيرها.`,
  undo: 'تراجع',
  undone: (count) => (count === 0 ? 'لا شيء للتراجع عنه.' : `تم التراجع: ${conversations(count)}.`),
  notUndone: (count) => `تغيّرت بعد ذلك وبقيت: ${conversations(count)}.`,
} satisfies Translation<typeof b>;
