import { local } from './storage';

/** The languages of the page: English, Arabic, and `en-XA`, a longer and accented English that finds what does not fit. */
export type Language = 'en' | 'ar' | 'en-XA';

const KEPT = 'livechat.language';
const KNOWN: readonly string[] = ['en', 'ar', 'en-XA'] satisfies Language[];

/** As `?lang=` names it, and from then on as it was named last in this browser. */
export const language: Language = chosen();

/**
 * For dates and numbers: the page's own language, as it is written where the agent is. A page in English with German
 * or Hindi dates would be two pages in one; the order of day and month and the clock are a country's.
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

/** From now on, in this browser. The page is loaded anew: every word of it changes. */
export function changeLanguage(next: Language): void {
  local.set(KEPT, next);
  const address = new URL(location.href);
  address.searchParams.delete('lang');
  location.assign(address);
}

function chosen(): Language {
  // Outside a page, in tests of functions, there is nothing to choose from.
  if (typeof window === 'undefined') return 'en';
  const named = new URLSearchParams(location.search).get('lang');
  if (isKnown(named)) local.set(KEPT, named);
  const remembered = isKnown(named) ? named : local.get(KEPT);
  return isKnown(remembered) ? remembered : 'en';
}

function isKnown(given: string | null): given is Language {
  return given !== null && KNOWN.includes(given);
}
