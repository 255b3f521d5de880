import type { Note } from '../../lib/types';
import { c } from '../../words/changes-en';

/** Somebody who can be mentioned. */
export interface Mentionable {
  kind: 'user' | 'team';
  id: string;
  name: string;
}

const TOKEN = /@\[([^\]\s]{1,64})\]/g;
type Mentions = Note['mentions'];

const idOf = ({ user_id, team_id }: Mentions[number]): string | null => user_id ?? team_id;

/** A note's text in parts: what was written, and the names that those who are mentioned have now. */
export function partsOf(body: string, mentions: Mentions): { text: string; isMention: boolean }[] {
  const names = new Map(mentions.map((one) => [idOf(one), one.name]));
  const parts: { text: string; isMention: boolean }[] = [];
  let at = 0;
  for (const found of body.matchAll(TOKEN)) {
    // What only looks like a mention is what was written.
    if (!names.has(found[1] ?? '')) continue;
    const name = names.get(found[1] ?? '') ?? c.somebody;
    if (found.index > at) parts.push({ text: body.slice(at, found.index), isMention: false });
    parts.push({ text: `@${name}`, isMention: true });
    at = found.index + found[0].length;
  }
  if (at < body.length) parts.push({ text: body.slice(at), isMention: false });
  return parts;
}

export const shownBody = (body: string, mentions: Mentions): string =>
  partsOf(body, mentions)
    .map((part) => part.text)
    .join('');

/** What was written, as it is kept: a name that was chosen and still stands there is an id. The longest name first. */
export function encode(text: string, chosen: readonly Mentionable[]): { body: string; mentions: { user_id?: string; team_id?: string }[] } {
  let body = text;
  const there: Mentionable[] = [];
  for (const one of chosen.toSorted((a, b) => b.name.length - a.name.length)) {
    if (there.some((known) => known.id === one.id)) continue;
    // “@Benjamin” was typed, not chosen: it is no mention of Ben.
    const [first = '', ...rest] = body.split(`@${one.name}`);
    const next = rest.reduce((done, part) => done + (/^[\p{L}\p{N}]/u.test(part) ? `@${one.name}` : `@[${one.id}]`) + part, first);
    if (next === body) continue;
    body = next;
    there.push(one);
  }
  return { body, mentions: there.map(({ kind, id }) => (kind === 'user' ? { user_id: id } : { team_id: id })) };
}

/** What is being typed behind an @ before the cursor; null: nobody is being mentioned. */
export function mentionAt(text: string, cursor: number): { from: number; typed: string } | null {
  const found = /(?:^|[\s(])@([^@\n]{0,40})$/u.exec(text.slice(0, cursor));
  return found ? { from: cursor - (found[1]?.length ?? 0) - 1, typed: found[1] ?? '' } : null;
}
