import type { Translation } from './ar-words';
import { digits } from './ar-words';
import type { i } from './inbox-en';

export const inbox = {
  heading: 'التصفية والترتيب',
  status: 'الحالة',
  statuses: { open: 'مفتوحة', snoozed: 'مؤجلة', resolved: 'محلولة', any: 'أي حالة' },
  only: 'فقط',
  onlyOf: {
    unread: 'التي لم أقرأها',
    waiting: 'التي تنتظر ردًا',
    closing: `التي تُغلق نافذتها خلال ${digits(2)} ساعة`,
  },
  labels: 'الوسوم',
  noLabels: 'لا وسوم بعد.',
  sort: 'الترتيب',
  sorts: { recent: 'الأحدث أولًا', waiting: 'الأطول انتظارًا أولًا', closing: 'الأقرب إغلاقًا أولًا' },
  clear: 'مسح التصفية',
  done: 'تم',
} satisfies Translation<typeof i>;
