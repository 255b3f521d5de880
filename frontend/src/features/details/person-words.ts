import { formatLocale } from '../../lib/language';
import { w } from '../../words/person-en';
import { type Attribute, type Value } from './person-model';

const day = new Intl.DateTimeFormat(formatLocale, { dateStyle: 'long', timeZone: 'UTC' });
const decimal = new Intl.NumberFormat(formatLocale, { maximumFractionDigits: 20 });
const languages = new Intl.DisplayNames(formatLocale, { type: 'language' });

/** “Portuguese (Brazil)”; a tag that nobody knows stands as it is. */
export function languageName(tag: string): string {
  try {
    return languages.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** What time it is where the customer is; nothing where this browser does not know the zone. */
export function timeIn(zone: string, now: Date): string | null {
  try {
    return new Intl.DateTimeFormat(formatLocale, { timeStyle: 'short', timeZone: zone }).format(now);
  } catch {
    return null;
  }
}

/** A value of an attribute as a person reads it. */
export function valueText({ type }: Attribute, value: Value): string {
  if (typeof value === 'boolean') return value ? w.yes : w.no;
  if (typeof value === 'number') return decimal.format(value);
  return type === 'date' && /^\d{4}-\d\d-\d\d$/.test(value) ? day.format(new Date(`${value}T00:00:00Z`)) : value;
}
