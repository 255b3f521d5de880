import type { Viewer } from '../../lib/viewers';
import { v } from '../../words/presence-en';

// Of more people the number says enough.
const NAMED = 2;

function say(sentence: (names: readonly string[], others: number) => string, who: readonly Viewer[]): string {
  if (who.length === 0) return '';
  const names = who.slice(0, NAMED).map((one) => one.name ?? v.somebody);
  return sentence(names, who.length - names.length);
}

export const typingSentence = (colleagues: readonly Viewer[]): string => say(v.typing, colleagues.filter((one) => one.typing));

/** Who looks and does not write; with `all` whether they write or not. */
export const viewingSentence = (colleagues: readonly Viewer[], all = false): string =>
  say(v.viewing, all ? colleagues : colleagues.filter((one) => !one.typing));
