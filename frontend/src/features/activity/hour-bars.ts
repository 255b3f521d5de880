import { dayOf } from '../../lib/format';

/** Hours as bars: by the day where there would be more of them than a screen can tell apart. */
export interface Bar<Hour> {
  time: string;
  hours: Hour[];
  isDay: boolean;
}

const MOST_HOURS = 48;

export function barsOf<Hour extends { hour: string }>(hours: readonly Hour[]): Bar<Hour>[] {
  if (hours.length <= MOST_HOURS) return hours.map((hour) => ({ time: hour.hour, hours: [hour], isDay: false }));
  const days: Bar<Hour>[] = [];
  for (const hour of hours) {
    const last = days.at(-1);
    const isSameDay = last && dayOf(new Date(last.time)) === dayOf(new Date(hour.hour));
    if (isSameDay) last.hours.push(hour);
    else days.push({ time: hour.hour, hours: [hour], isDay: true });
  }
  return days;
}
