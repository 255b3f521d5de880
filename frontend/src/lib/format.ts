import { formatLocale } from './language';

/** Times and numbers by the browser's locale and time zone. Times come in as RFC 3339. */
const clock = new Intl.DateTimeFormat(formatLocale, { hour: '2-digit', minute: '2-digit' });
const full = new Intl.DateTimeFormat(formatLocale, { dateStyle: 'full', timeStyle: 'medium' });
const weekday = new Intl.DateTimeFormat(formatLocale, { weekday: 'long' });
const dayOfYear = new Intl.DateTimeFormat(formatLocale, { weekday: 'long', day: 'numeric', month: 'long' });
const dayAndYear = new Intl.DateTimeFormat(formatLocale, { day: 'numeric', month: 'long', year: 'numeric' });
const short = new Intl.DateTimeFormat(formatLocale, { day: 'numeric', month: 'short' });
const shortYear = new Intl.DateTimeFormat(formatLocale, { day: '2-digit', month: '2-digit', year: '2-digit' });
const dayHour = new Intl.DateTimeFormat(formatLocale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const relative = new Intl.RelativeTimeFormat(formatLocale, { numeric: 'auto' });

const DAY_MS = 86_400_000;

/** Days between two local midnights; summer time makes days of 23 and 25 hours, hence the rounding. */
export function daysAgo(time: string, now: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(now) - midnight(new Date(time))) / DAY_MS);
}

export const clockTime = (time: string): string => clock.format(new Date(time));
export const shortDay = (time: string): string => short.format(new Date(time));
export const dayAndHour = (time: string): string => dayHour.format(new Date(time));
export const fullTime = (time: string): string => full.format(new Date(time));

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

/** “Today”, “Yesterday”, a weekday, or a date: the line between two days of a thread. */
export function dayLabel(time: string, now: Date): string {
  const ago = daysAgo(time, now);
  const date = new Date(time);
  if (ago === 0 || ago === 1) return capital(relative.format(-ago, 'day'));
  if (ago > 1 && ago < 7) return weekday.format(date);
  return (date.getFullYear() === now.getFullYear() ? dayOfYear : dayAndYear).format(date);
}

/** The time in a list: today's by the clock, the week's by the day, others by the date. */
export function listTime(time: string, now: Date): string {
  const ago = daysAgo(time, now);
  const date = new Date(time);
  if (ago <= 0) return clock.format(date);
  if (ago === 1) return capital(relative.format(-1, 'day'));
  if (ago < 7) return weekday.format(date);
  return (date.getFullYear() === now.getFullYear() ? short : shortYear).format(date);
}

/** Two letters for a picture: of the first and the last word, or the last digits of a number. */
export function initials(name: string): string {
  const words = name.replace(/[^\p{L}\p{N}\s]/gu, '').trim().split(/\s+/).filter(Boolean);
  const first = words[0] ?? '';
  if (/^\d+$/.test(words.join(''))) return words.join('').slice(-2);
  const letters = [first, words.length > 1 ? (words.at(-1) ?? '') : ''].map((word) => [...word][0] ?? '');
  return letters.join('').toLocaleUpperCase();
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
  // A handful of bytes is told as one kilobyte: nobody wants to know better.
  const step = Math.max(1, Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)), UNITS.length - 1));
  const value = Math.max(bytes / 1024 ** step, Math.min(bytes, 1));
  const style = { style: 'unit', unit: UNITS[step] ?? 'byte', unitDisplay: 'short' } as const;
  return new Intl.NumberFormat(formatLocale, { ...style, maximumFractionDigits: value < 10 && step > 1 ? 1 : 0 }).format(value);
}

/** An amount in its own currency; one whose code is unknown stands beside its number. */
export function money(amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat(formatLocale, { style: 'currency', currency }).format(amount);
  } catch {
    return `${amount.toLocaleString(formatLocale)} ${currency}`.trim();
  }
}

const unit = (name: 'hour' | 'minute' | 'day') =>
  new Intl.NumberFormat(formatLocale, { style: 'unit', unit: name, unitDisplay: 'narrow' });
const units = { hour: unit('hour'), minute: unit('minute'), day: unit('day') };

/** A length of time in its two largest parts, in the browser's language. */
export function span(minutes: number): string {
  // A day is 24 hours, as the window to reply is; days are counted from two on.
  const days = minutes < 2880 ? 0 : Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) - days * 24;
  const parts = [
    days > 0 ? units.day.format(days) : null,
    hours > 0 ? units.hour.format(hours) : null,
    minutes % 60 > 0 || minutes === 0 ? units.minute.format(minutes % 60) : null,
  ].filter((part) => part !== null);
  return parts.slice(0, 2).join(' ');
}
