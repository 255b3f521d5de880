import { local } from './storage';

/** The languages of the page: English, Arabic, and `en-XA`, a longer and accented English that finds what does not fit. */
export type Language = 'en' | 'ar' | 'en-XA';

const KEPT = 'livechat.language';
const KNOWN: readonly string[] = ['en', 'ar', 'en-XA'] satisfies Language[];

/** The language that `?lang=` names, and later the one that was named last in this browser. */
export const language: Language = chosen();

/**
 * For dates and numbers: the page's own language, as it is written where the agent is. A page in English with German
 * or Hindi dates would be two pages in one. The clock and the order of day and month depend on the country.
 */
export const formatLocale: string = localeOf(language, typeof navigator === 'undefined' ? [] : navigator.languages);

export function localeOf(shown: Language, asked: readonly string[]): string {
  const spoken = shown === 'ar' ? 'ar' : 'en';
  const named = asked.find((one) => one === spoken || one.startsWith(`${spoken}-`));
  if (named !== undefined) return named;
  try {
    // Nobody writes Arabic by the customs of Germany; English is written by everybody's.
    const region = spoken === 'en' && asked[0] ? new Intl.Locale(asked[0]).maximize().region : undefined;
    return region === undefined ? spoken : `${spoken}-${region}`;
  } catch {
    return spoken;
  }
}

/** Sets the language of this browser from now on. The page is loaded anew, since every word of it changes. */
export function changeLanguage(next: Language): void {
  local.set(KEPT, next);
  const address = new URL(location.href);
  address.searchParams.delete('lang');
  location.assign(address);
}

function chosen(): Language {
  // Outside a page, in tests of functions, there is no language to choose.
  if (typeof window === 'undefined') return 'en';
  const named = new URLSearchParams(location.search).get('lang');
  if (isKnown(named)) local.set(KEPT, named);
  const remembered = isKnown(named) ? named : local.get(KEPT);
  return isKnown(remembered) ? remembered : 'en';
}

function isKnown(given: string | null): given is Language {
  return given !== null && KNOWN.includes(given);
}
