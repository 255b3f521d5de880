const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
const wordsOf = (text: string): string[] => plain(text).split(/\s+/).filter(Boolean);

/** Whether every word that was typed begins a word of the name; accents and case make no difference. */
export function matchesWords(name: string, typed: string): boolean {
  const words = wordsOf(name);
  return wordsOf(typed).every((part) => words.some((word) => word.startsWith(part)));
}

export const isSameName = (a: string, b: string): boolean => plain(a.trim()) === plain(b.trim());
