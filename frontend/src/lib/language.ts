import { local } from './storage';
/** The languages of the page: English, Arabic, and `en-XA`, a longer and accented English that finds what does not fit. */
export type Language = 'en' | 'ar' | 'en-XA';

const KEPT = 'livechat.language';
const KNOWN: readonly string[] = ['en', 'ar', 'en-XA'] satisfies Language[];

/** As `?lang=` names it, and from then on as it was named last in this browser. */
export const language: Language = chosen();

/** For dates and numbers: the browser's own locale, unless a language was chosen that is not the browser's. */
export const formatLocale: string | undefined = language === 'ar' ? 'ar' : undefined;

function chosen(): Language {
  // Outside a page, in tests of functions, there is nothing to choose from.
  if (typeof window === 'undefined') return 'en';
  const named = new URLSearchParams(location.search).get('lang');
  if (isKnown(named)) local.set(KEPT, named);
  const kept = isKnown(named) ? named : local.get(KEPT);
  return isKnown(kept) ? kept : 'en';
}

function isKnown(given: string | null): given is Language {
  return given !== null && KNOWN.includes(given);
}
