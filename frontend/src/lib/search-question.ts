import { getSettings } from './settings';
import { instantOf } from './snooze-times';

export const KINDS = ['messages', 'people', 'notes'] as const;
export type Kind = (typeof KINDS)[number];

/** What is searched for, as the address says it. */
export interface Question {
  words: string;
  /** Null: all three. */
  kind: Kind | null;
  /** Null: through whichever number. */
  phoneNumberId: string | null;
  /** The first and the last day, as “2026-11-22”, by the agent's time zone. */
  from: string | null;
  to: string | null;
}

/** The question in the API's words. */
export interface Asked {
  q: string;
  in: string;
  phone_number_id?: string;
  from?: string;
  to?: string;
}

const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
// While a year is typed there are years that nobody means, and that the server takes none of.
const FIRST_YEAR = 1971;
const LAST_YEAR = 9000;
// One character is a word where no spaces stand between words.
const WORD_ALONE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
export const LONGEST = 200;

/** Whether it is enough to search for. */
export const isEnough = (words: string): boolean => [...words.trim()].length > 1 || WORD_ALONE.test(words);

export function readQuestion(query: URLSearchParams): Question {
  const kind = query.get('in');
  return {
    words: query.get('find') ?? '',
    kind: KINDS.find((one) => one === kind) ?? null,
    phoneNumberId: query.get('on'),
    from: dayIn(query.get('from')),
    to: dayIn(query.get('to')),
  };
}

/** Its parameters; `find` is always there, since it says that the search is open. */
export function writeQuestion({ words, kind, phoneNumberId, from, to }: Question): [string, string][] {
  const said: [string, string | null][] = [['find', words], ['in', kind], ['on', phoneNumberId], ['from', from], ['to', to]];
  return said.filter((one): one is [string, string] => one[1] !== null && (one[0] === 'find' || one[1] !== ''));
}

export const isNarrowed = ({ phoneNumberId, from, to }: Question): boolean => phoneNumberId !== null || from !== null || to !== null;

/** What the server is asked for of these kinds; null: nothing yet. */
export function askedOf(question: Question, kinds: readonly Kind[]): Asked | null {
  const q = question.words.trim().slice(0, LONGEST);
  if (!isEnough(q) || kinds.length === 0) return null;
  const [from, to] = [startOf(question.from, 0), startOf(question.to, 1)];
  return {
    q,
    in: kinds.join(','),
    ...(question.phoneNumberId !== null && { phone_number_id: question.phoneNumberId }),
    ...(from !== null && { from }),
    ...(to !== null && { to }),
  };
}

function dayIn(text: string | null): string | null {
  const year = Number(DAY.exec(text ?? '')?.[1]);
  return year >= FIRST_YEAR && year <= LAST_YEAR ? text : null;
}

/** The midnight at which a day, or one so many days later, begins for the agent. */
function startOf(day: string | null, later: number): string | null {
  const [, year, month, date] = DAY.exec(day ?? '')?.map(Number) ?? [];
  if (year === undefined || month === undefined || date === undefined) return null;
  // February has no 31st: the calendar goes on.
  const real = new Date(Date.UTC(year, month - 1, date + later));
  const wall = { year: real.getUTCFullYear(), month: real.getUTCMonth() + 1, day: real.getUTCDate(), hour: 0, minute: 0 };
  return instantOf(wall, getSettings().timeZone).toISOString();
}
