/** Until when a conversation can be put off, by the clock on the agent's wall. */
export interface SnoozeTime {
  kind: 'hour' | 'evening' | 'tomorrow' | 'monday' | 'window';
  until: Date;
}

const HOUR_MS = 3600_000;
const EVENING = 18;
export const MORNING = 9;
// What begins sooner than this is no evening to wait for.
const EVENING_UNTIL_MS = HOUR_MS;

interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

/** What a clock on the wall of a time zone shows; null is the device's own zone. */
export function wallOf(time: Date, timeZone: string | null): Wall & { weekday: number } {
  const format = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
    calendar: 'iso8601',
    numberingSystem: 'latn',
    ...(timeZone === null ? {} : { timeZone }),
  });
  const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = part;
  return { year, month, day, hour, minute, weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() };
}

const asUtc = ({ year, month, day, hour, minute }: Wall): number => Date.UTC(year, month - 1, day, hour, minute);

/** When the clock on the wall shows this. Where clocks are put back, the first time; where they are put forward, just after. */
export function instantOf(wall: Wall, timeZone: string | null): Date {
  const wanted = asUtc(wall);
  let at = wanted;
  // The offset is known for an instant only: the second look has it right, but for the hour that there is not.
  for (let look = 0; look < 2; look += 1) at += wanted - asUtc(wallOf(new Date(at), timeZone));
  return new Date(at);
}

/** The ready-made choices: soon first, none in the past, and none twice. */
export function snoozeTimes(now: Date, timeZone: string | null, windowEnds: string | null): SnoozeTime[] {
  const today = wallOf(now, timeZone);
  const at = (days: number, hour: number) => {
    const day = new Date(Date.UTC(today.year, today.month - 1, today.day + days));
    return instantOf({ year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, day: day.getUTCDate(), hour, minute: 0 }, timeZone);
  };
  const evening = at(0, EVENING);
  const toMonday = (8 - today.weekday) % 7 || 7;
  const beforeWindow = windowEnds === null ? null : new Date(Date.parse(windowEnds) - HOUR_MS);
  return [
    { kind: 'hour', until: new Date(now.getTime() + HOUR_MS) },
    ...(evening.getTime() - now.getTime() > EVENING_UNTIL_MS ? [{ kind: 'evening' as const, until: evening }] : []),
    { kind: 'tomorrow', until: at(1, MORNING) },
    ...(toMonday > 1 ? [{ kind: 'monday' as const, until: at(toMonday, MORNING) }] : []),
    ...(beforeWindow !== null && beforeWindow > now ? [{ kind: 'window' as const, until: beforeWindow }] : []),
  ];
}

/** What a field for date and time gives, as an instant; null where it gives none. */
export function readField(value: string, timeZone: string | null): Date | null {
  const found = /^(\d+)-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(value);
  if (!found) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = found.slice(1).map(Number);
  return instantOf({ year, month, day, hour, minute }, timeZone);
}

/** An instant as such a field wants it. */
export function writeField(time: Date, timeZone: string | null): string {
  const { year, month, day, hour, minute } = wallOf(time, timeZone);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}
