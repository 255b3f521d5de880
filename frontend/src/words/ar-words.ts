import { formatLocale } from '../lib/language';

/**
 * A catalogue of the same names, in which each text is a text and each function takes the same. A test asks for all of
 * them; one that is missing all the same is said in English.
 */
export type Translation<T> = {
  [Name in keyof T]?: T[Name] extends (...given: infer Given) => string
    ? (...given: Given) => string
    : T[Name] extends string
      ? string
      : T[Name] extends readonly (readonly [string, string])[]
        ? readonly (readonly [string, string])[]
        : Translation<T[Name]>;
};

type Forms = Record<'zero' | 'one' | 'two' | 'few' | 'many' | 'other', string>;
const rules = new Intl.PluralRules('ar');
const locale = formatLocale.startsWith('ar') ? formatLocale : 'ar';

/** In the digits of the agent's country, as dates have them: a sentence has no two kinds of digits. */
export const digits = (value: number): string => value.toLocaleString(locale);

/** A count with its word; where the word says the count itself, it stands alone. */
export const plural = (count: number, forms: Forms): string => forms[rules.select(count)].replace('#', digits(count));

export const unreadMessages = (count: number): string =>
  plural(count, {
    zero: 'لا رسائل غير مقروءة',
    one: 'رسالة واحدة غير مقروءة',
    two: 'رسالتان غير مقروءتين',
    few: '# رسائل غير مقروءة',
    many: '# رسالة غير مقروءة',
    other: '# رسالة غير مقروءة',
  });

export const files = (count: number): string =>
  plural(count, { zero: 'لا ملفات', one: 'ملف واحد', two: 'ملفان', few: '# ملفات', many: '# ملفًا', other: '# ملف' });

export const templates = (count: number): string =>
  plural(count, { zero: 'لا قوالب', one: 'قالب واحد', two: 'قالبان', few: '# قوالب', many: '# قالبًا', other: '# قالب' });

export const items = (count: number): string =>
  plural(count, { zero: 'لا عناصر', one: 'عنصر واحد', two: 'عنصران', few: '# عناصر', many: '# عنصرًا', other: '# عنصر' });

export const messages = (count: number): string =>
  plural(count, { zero: 'لا رسائل', one: 'رسالة واحدة', two: 'رسالتان', few: '# رسائل', many: '# رسالة', other: '# رسالة' });
