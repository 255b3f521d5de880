import { expect, it } from 'vitest';
import { localeOf } from './language';

it.each([
  ['en', ['en-GB', 'en'], 'en-GB'],
  // A browser in another language: English words, and the country's own order of day and month.
  ['en', ['de-DE', 'de'], 'en-DE'],
  ['en', ['de-DE', 'de', 'en-US', 'en'], 'en-US'],
  ['en', ['hi'], 'en-IN'],
  ['en', ['ar-EG'], 'en-EG'],
  ['en', [], 'en'],
  ['en', ['not a language'], 'en'],
  ['en-XA', ['fr-CA'], 'en-CA'],
  ['ar', ['ar-MA', 'fr'], 'ar-MA'],
  ['ar', ['en-GB'], 'ar'],
  ['ar', ['arn'], 'ar'],
] as const)('a page in %s, for a browser that asks for %j, writes dates as %s', (shown, asked, locale) => {
  expect(localeOf(shown, asked)).toBe(locale);
  const date = new Intl.DateTimeFormat(localeOf(shown, asked), { month: 'long', timeZone: 'UTC' }).format(new Date(0));
  expect(date).toMatch(shown === 'ar' ? /[\u0600-\u06ff]/ : /^January$/);
});
