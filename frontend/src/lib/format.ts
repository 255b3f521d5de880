import { formatLocale } from './language';
import { getSettings } from './settings';

/** Times and numbers in the page's language, by the agent's time zone. Times come in as RFC 3339. */
const { timeZone } = getSettings();
const dates = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(formatLocale, timeZone === null ? options : { ...options, timeZone });
const clock = dates({ hour: '2-digit', minute: '2-digit' });
const full = dates({ dateStyle: 'full', timeStyle: 'medium' });
const weekday = dates({ weekday: 'long' });
const dayOfYear = dates({ weekday: 'long', day: 'numeric', month: 'long' });
const dayAndYear = dates({ day: 'numeric', month: 'long', year: 'numeric' });
const short = dates({ day: 'numeric', month: 'short' });
const shortYear = dates({ day: '2-digit', month: '2-digit', year: '2-digit' });
const dayHour = dates({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const relative = new Intl.RelativeTimeFormat(formatLocale, { numeric: 'auto' });
const whole = new Intl.NumberFormat(formatLocale, { maximumFractionDigits: 0 });
// Read by `dayOf` alone: year, month and day in this order and in these digits.
const isoDay = new Intl.DateTimeFormat('en-CA', {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  calendar: 'iso8601',
  ...(timeZone === null ? {} : { timeZone }),
});

const DAY_MS = 86_400_000;

/** The day on which a time falls, in the agent's time zone: “2026-11-22”. */
export function dayOf(time: Date): string {
  const part = Object.fromEntries(isoDay.formatToParts(time).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day}`;
}

/** Days between two midnights of the agent's time zone. */
export function daysAgo(time: string, now: Date): number {
  return Math.round((Date.parse(dayOf(now)) - Date.parse(dayOf(new Date(time)))) / DAY_MS);
}

const isThisYear = (time: Date, now: Date): boolean => dayOf(time).slice(0, 4) === dayOf(now).slice(0, 4);

export const wholeNumber = (value: number): string => whole.format(value);
export const clockTime = (time: string): string => clock.format(new Date(time));
export const shortDay = (time: string): string => short.format(new Date(time));
export const dayAndHour = (time: string): string => dayHour.format(new Date(time));
export const fullTime = (time: string): string => full.format(new Date(time));

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase(formatLocale) + text.slice(1);

/** “Today”, “Yesterday”, a weekday, or a date: the line between two days of a thread. */
export function dayLabel(time: string, now: Date): string {
  const ago = daysAgo(time, now);
  const date = new Date(time);
  if (ago === 0 || ago === 1) return capital(relative.format(-ago, 'day'));
  if (ago > 1 && ago < 7) return weekday.format(date);
  return (isThisYear(date, now) ? dayOfYear : dayAndYear).format(date);
}

/** The time in a list: today's as a clock time, this week's as a weekday, others as a date. */
export function listTime(time: string, now: Date): string {
  const ago = daysAgo(time, now);
  const date = new Date(time);
  if (ago <= 0) return clock.format(date);
  if (ago === 1) return capital(relative.format(-1, 'day'));
  if (ago < 7) return weekday.format(date);
  return (isThisYear(date, now) ? short : shortYear).format(date);
}

/** Two letters in place of a picture: those of the first and the last word, or the last digits of a number. */
export function initials(name: string): string {
  const words = name.replace(/[^\p{L}\p{N}\s]/gu, '').trim().split(/\s+/).filter(Boolean);
  const first = words[0] ?? '';
  if (/^\d+$/.test(words.join(''))) return words.join('').slice(-2);
  const letters = [first, words.length > 1 ? (words.at(-1) ?? '') : ''].map((word) => [...word][0] ?? '');
  return letters.join('').toUpperCase();
}

// Country calling codes of one and of two digits (ITU-T E.164); all others have three.
const SHORT_CODES = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** Digits as people read them: the country's code, then groups of three to five. */
export function phone(digits: string): string {
  const code = SHORT_CODES.exec(digits)?.[0] ?? digits.slice(0, 3);
  const rest = digits.slice(code.length);
  const groups =
    rest.length === 10
      ? code === '91'
        ? [rest.slice(0, 5), rest.slice(5)]
        : [rest.slice(0, 3), rest.slice(3, 6), rest.slice(6)]
      : (rest.match(/\d{1,3}(?!\d$)|\d{1,4}/g) ?? []);
  return `+${[code, ...groups].join(' ')}`;
}

/** Seconds as a player shows them: 0:07, 12:30, 1:02:05. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];

/** A file's size in the unit that keeps the number short. */
export function fileSize(bytes: number): string {
  // A few bytes are told as one kilobyte: nobody needs to know better.
  const step = Math.max(1, Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)), UNITS.length - 1));
  const value = Math.max(bytes / 1024 ** step, Math.min(bytes, 1));
  const style = { style: 'unit', unit: UNITS[step] ?? 'byte', unitDisplay: 'short' } as const;
  return new Intl.NumberFormat(formatLocale, { ...style, maximumFractionDigits: value < 10 && step > 1 ? 1 : 0 }).format(value);
}

/** An amount in its own currency. If the code is unknown, it stands beside the number. */
export function money(amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat(formatLocale, { style: 'currency', currency }).format(amount);
  } catch {
    return `${amount.toLocaleString(formatLocale)} ${currency}`.trim();
  }
}

// “23 h 59 min”: browsers say “23h 59m”, where m could be metres, or “23 hrs, 59 mins”.
const ENGLISH = { day: 'd', hour: 'h', minute: 'min' };
const unit = (name: keyof typeof ENGLISH) => {
  const format = new Intl.NumberFormat(formatLocale, { style: 'unit', unit: name, unitDisplay: 'short' });
  // A number is never on another line than its unit.
  return (count: number) =>
    formatLocale.startsWith('en') ? `${whole.format(count)}\u00a0${ENGLISH[name]}` : format.format(count).replace(' ', '\u00a0');
};
const units = { hour: unit('hour'), minute: unit('minute'), day: unit('day') };

/** A length of time in its two largest parts, in the page's language. */
export function span(minutes: number): string {
  // A day is 24 hours, as the window to reply is; days are counted from two on.
  const days = minutes < 2880 ? 0 : Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) - days * 24;
  const parts = [
    days > 0 ? units.day(days) : null,
    hours > 0 ? units.hour(hours) : null,
    minutes % 60 > 0 || minutes === 0 ? units.minute(minutes % 60) : null,
  ].filter((part) => part !== null);
  return parts.slice(0, 2).join(' ');
}
