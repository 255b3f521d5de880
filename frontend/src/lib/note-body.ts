import { c } from '../words/changes-en';
import type { Note } from './types';

const TOKEN = /@\[([^\]\s]{1,64})\]/g;
type Mentions = Note['mentions'];

const idOf = ({ user_id, team_id }: Mentions[number]): string | null => user_id ?? team_id;

/** `from`: where in the body it begins. */
export interface NotePart {
  text: string;
  isMention: boolean;
  from: number;
}

/** A note's text in parts: what was written, and the names that those who are mentioned have now. */
export function partsOf(body: string, mentions: Mentions): NotePart[] {
  const names = new Map(mentions.map((one) => [idOf(one), one.name]));
  const parts: NotePart[] = [];
  let at = 0;
  for (const found of body.matchAll(TOKEN)) {
    // What only looks like a mention is what was written.
    if (!names.has(found[1] ?? '')) continue;
    const name = names.get(found[1] ?? '') ?? c.somebody;
    if (found.index > at) parts.push({ text: body.slice(at, found.index), isMention: false, from: at });
    parts.push({ text: `@${name}`, isMention: true, from: found.index });
    at = found.index + found[0].length;
  }
  if (at < body.length) parts.push({ text: body.slice(at), isMention: false, from: at });
  return parts;
}

export const shownBody = (body: string, mentions: Mentions): string =>
  partsOf(body, mentions)
    .map((part) => part.text)
    .join('');
