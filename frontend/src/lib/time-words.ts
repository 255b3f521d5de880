import { casual as arabic } from 'chrono-node/ar';
import { casual as german } from 'chrono-node/de';
import { casual as american, GB as british } from 'chrono-node/en';
import { casual as spanish } from 'chrono-node/es';
import { casual as french } from 'chrono-node/fr';
import { instantOf, MORNING, wallOf } from './snooze-times';

const READERS: Record<string, typeof british> = { en: british, de: german, fr: french, es: spanish, ar: arabic };
/** For the parts of a day that are named without an hour; a day alone begins in the morning. */
const PARTS: Record<string, number> = { morning: MORNING, noon: 12, afternoon: 15, evening: 18, tonight: 20 };
/** An hour and nothing behind it: the last number of “tomorrow 9”. */
const BARE_HOUR = /^((?:.*\s)?)(\d{1,2})\s*h?$/i;
/** Words before a time that say nothing of their own, where a language's reader leaves them out. */
const SMALL_WORDS = /^(?:el|la|le|am|um|on|at|في|يوم)?$/i;
// A night of no time zone in which clocks change: so long is so long.
const CALM = new Date('2026-01-15T00:00:00Z');

/**
 * The time that words name, such as “tomorrow 9” or “in 3h”, by the clock on the wall of a time zone; null where they
 * name none, or where part of them was not understood. It may be over. Of the languages the first that knows all the
 * words is believed; English, German, French, Spanish and Arabic are tried after them.
 */
export function timeOf(words: string, now: Date, timeZone: string | null, languages: readonly string[]): Date | null {
  const text = plain(words);
  for (const reader of readersOf(languages))
    for (const attempt of [text, text.replace(BARE_HOUR, '$1$2:00')]) {
      const found = readBy(reader, attempt, now, timeZone);
      if (found !== null) return found;
    }
  return null;
}

function readersOf(languages: readonly string[]): (typeof british)[] {
  const asked = languages.map((one) => (one === 'en-US' ? american : READERS[one.split('-')[0] ?? '']));
  const all = [...asked, ...Object.values(READERS)].filter((one) => one !== undefined);
  // One English is enough: the other one has day and month the other way round.
  const isAmerican = asked.includes(american) && !asked.slice(0, asked.indexOf(american)).includes(british);
  return [...new Set(all.filter((one) => one !== (isAmerican ? british : american)))];
}

/** Without what readers stumble on: Arabic digits and vowel signs, marks of direction, spaces at the ends. */
const plain = (words: string): string =>
  words
    .normalize('NFKC')
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[\u064B-\u0652\u200E\u200F\u2066-\u2069]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

function readBy(reader: typeof british, text: string, now: Date, timeZone: string | null): Date | null {
  // The library reckons by the clock of one day that never changes, and ours makes an instant of it.
  const { year, month, day, hour, minute } = wallOf(now, timeZone);
  const wall = new Date(Date.UTC(year, month - 1, day, hour, minute));
  const found = readWhole(reader, text, wall);
  if (found === null) return null;
  if (isLong(found)) {
    const long = readWhole(reader, text, CALM);
    return long === null ? null : new Date(now.getTime() + long.date().getTime() - CALM.getTime());
  }
  const part = Object.keys(PARTS).find((name) => found.tags().has(`casualReference/${name}`));
  const isGiven = found.isCertain('hour');
  return instantOf(
    {
      year: found.get('year') ?? year,
      month: found.get('month') ?? month,
      day: found.get('day') ?? day,
      hour: isGiven ? (found.get('hour') ?? 0) : (PARTS[part ?? ''] ?? MORNING),
      minute: isGiven ? (found.get('minute') ?? 0) : 0,
    },
    timeZone,
  );
}

/** What a reader makes of all of a text; null where it leaves out a word, or sees two times or another place's. */
function readWhole(reader: typeof british, text: string, wall: Date) {
  const [found, ...others] = reader.parse(text, { instant: wall, timezone: 0 }, { forwardDate: true });
  if (found === undefined || others.length > 0 || found.end) return null;
  const left = (text.slice(0, found.index) + text.slice(found.index + found.text.length)).replace(/[,.]/g, '').trim();
  const isElsewhere = found.start.isCertain('timezoneOffset') && !isLong(found.start);
  return SMALL_WORDS.test(left) && !isElsewhere ? found.start : null;
}

/** So long from now, and no time of a clock. */
const isLong = (found: ReturnType<typeof british.parse>[number]['start']): boolean => found.tags().has('result/relativeDateAndTime');
