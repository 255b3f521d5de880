import { digits, plural, type Translation } from './ar-words';
import type { r } from './rules-en';

const minutes = (count: number): string =>
  plural(count, { zero: 'صفر دقيقة', one: 'دقيقة واحدة', two: 'دقيقتين', few: '# دقائق', many: '# دقيقة', other: '# دقيقة' });
const times = (count: number): string =>
  plural(count, { zero: 'ولا مرة', one: 'مرة واحدة', two: 'مرتين', few: '# مرات', many: '# مرة', other: '# مرة' });

export const rules = {
  intro: 'من يرد على محادثة جديدة: من يأخذها، أو من تعطيه القاعدة إياها. لكل رقم قاعدة، وقد تكون لكل فريق قاعدته.',
  none: 'لا رقم بعد',
  noneHint: 'اربط رقمًا، ثم حدّد هنا لمن تُسند محادثاته.',
  kinds: { number: 'رقم', team: 'فريق' },
  on: 'تشغيل',
  onOf: (name) => `تشغيل الإسناد التلقائي لـ ⁨${name}⁩`,
  turnedOn: (name) => `تُسند محادثات ⁨${name}⁩ الآن تلقائيًا.`,
  saved: (name) => `حُفظت قاعدة ⁨${name}⁩.`,
  undo: 'تراجع',
  isOn: 'تعمل',
  byHand: 'يدويًا: لا تُسند محادثة لأحد تلقائيًا.',
  asNumber: 'لا قاعدة خاصة به: تسري قاعدة الرقم، بين أعضاء الفريق.',
  next: { round_robin: 'الذي حان دوره', least_busy: 'الذي لديه أقل المحادثات المفتوحة' },
  goesTo: (next, isThere, isTeam, limit) =>
    `تذهب المحادثة الجديدة فورًا إلى ${isTeam ? 'عضو الفريق' : 'الوكيل'} ${next}، من ${isThere ? 'الحاضرين المتاحين' : 'المتاحين'}، حتى ${digits(limit)} لكل منهم.`,
  bounces: (given, most) => `إن لم يرد خلال ${minutes(given)}، تنتقل إلى غيره، ${times(most)} على الأكثر.`,
  comesBack: {
    same_if_available: 'عندما يكتب العميل بعد حلّها، تعود إلى الشخص نفسه إن كان متاحًا، وإلا فإلى فريقه.',
    team: 'عندما يكتب العميل بعد حلّها، تعود إلى فريقها.',
    unassigned: 'عندما يكتب العميل بعد حلّها، تبدأ غير مسندة.',
  },
  waiting: (count) =>
    count >= 1000
      ? `تنتظر ${digits(1000)} محادثة أو أكثر من يتولاها.`
      : plural(count, {
          zero: 'لا شيء ينتظر.',
          one: 'تنتظر محادثة واحدة من يتولاها.',
          two: 'تنتظر محادثتان من يتولاهما.',
          few: 'تنتظر # محادثات من يتولاها.',
          many: 'تنتظر # محادثة من يتولاها.',
          other: 'تنتظر # محادثة من يتولاها.',
        }),
  nobodyWaits: 'لا شيء ينتظر.',
  nobody: 'لا يمكن إسناد محادثة لأحد الآن: ما يصل ينتظر حتى يتاح أحدهم.',
  allFull: 'الكل بلغ حدّه: ما يصل ينتظر حتى يحلّ أحدهم محادثة.',
  share: (name, open, limit) => `⁨${name}⁩: ${digits(open)} من ${digits(limit)}`,
  full: 'بلغ الحد',
  takers: 'لمن تُسند المحادثات الآن',

  heading: (name) => `قاعدة ⁨${name}⁩`,
  mode: 'كيف تجد المحادثات من يرد',
  modes: { manual: 'يدويًا', round_robin: 'بالدور', least_busy: 'لمن لديه الأقل' },
  limit: 'كم محادثة مفتوحة قد تكون لدى الشخص',
  limitHint: 'من لديه هذا العدد، من كل الأرقام والفرق معًا، لا يُسند إليه المزيد تلقائيًا. أما يدويًا فيمكن.',
  presence: 'الحاضرون فقط: صفحتهم مفتوحة، وهم متاحون',
  reopen: 'عندما يكتب العميل بعد حلّها',
  reopens: { same_if_available: 'الشخص نفسه إن كان متاحًا، وإلا فريقه', team: 'فريقها', unassigned: 'لا أحد' },
  timer: 'أعطها لغيره عندما لا يأتي رد',
  minutes: 'بعد كم دقيقة',
  bouncesField: 'كم مرة على الأكثر',
  does: 'ما ستفعله',
} satisfies Translation<typeof r>;
