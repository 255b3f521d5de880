import type { Translation } from './ar-words';
import type { h } from './handling-en';

export const handling = {
  gone: 'لم تعد هذه المحادثة ظاهرة لك',
  goneDetail: 'سُلّمت إلى شخص آخر، أو لم يعد مسموحًا لك برؤيتها. نُسي هنا ما كنت قد فتحته منها.',
  goneKept: 'ما كنت تكتبه',
} satisfies Translation<typeof h>;
