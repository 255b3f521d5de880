import { isSameName, matchesWords } from '../../lib/match-words';
import type { CannedReply } from '../../lib/types';
import type { AskingWord } from './offered';

const MOST = 8;
/** The word has no blank, and one stands before its slash, or nothing: “and/or” and addresses ask for nothing. */
const WORD = /(?:^|\s)(\/([^\s/]*))$/u;

/** A “/word” before the cursor. */
export function slashWord(text: string, cursor: number): AskingWord | null {
  const found = WORD.exec(text.slice(Math.max(0, cursor - 60), cursor));
  return found?.[1] !== undefined && found[2] !== undefined
    ? { start: cursor - found[1].length, end: cursor, word: found[2] }
    : null;
}

/**
 * The replies whose shortcut is or begins with the word, then those with the word in their title or text. Of one
 * shortcut only the first is offered: the agent's own before the team's before the workspace's.
 */
export function findCanned(all: readonly CannedReply[], word: string): CannedReply[] {
  const nearest = all.filter(({ shortcut }, at) => all.findIndex((one) => isSameName(one.shortcut, shortcut)) === at);
  return nearest
    .map((one, at) => ({ one, at, rank: rankOf(one, word) }))
    .filter(({ rank }) => rank > 0)
    .toSorted((a, b) => b.rank - a.rank || a.at - b.at)
    .slice(0, MOST)
    .map(({ one }) => one);
}

function rankOf({ shortcut, title, body }: CannedReply, word: string): number {
  if (isSameName(shortcut, word)) return 4;
  if (matchesWords(shortcut, word)) return 3;
  if (matchesWords(title, word)) return 2;
  return matchesWords(body, word) ? 1 : 0;
}
