import type { Translation } from './ar-words';
import type { when as english } from './when-en';

export const when = {
  words: 'بالكلمات',
  example: 'غدًا 9، الجمعة 14:00، بعد 3 ساعات',
  isThen: (time) => `أي ${time}.`,
  unknown: 'لا يُفهم من هذا وقت. جرّب «غدًا 9» أو «الجمعة 14:00» أو «بعد 3 ساعات».',
  over: (time) => `أي ${time}، وقد مضى.`,
  closesBefore: (time) => `تُغلق نافذة الرد قبل ذلك: ${time}.`,
  beforeItCloses: 'اختر ساعة قبل إغلاقها',
} satisfies Translation<typeof english>;
