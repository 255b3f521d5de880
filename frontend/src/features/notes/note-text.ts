/** Somebody who can be mentioned. */
export interface Mentionable {
  kind: 'user' | 'team';
  id: string;
  name: string;
}

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
