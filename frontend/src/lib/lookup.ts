/**
 * What a table of ours holds under a word from outside. A plain `table[word]` also finds what every object has, such as
 * “constructor”, “toString” and “__proto__”.
 */
export function lookUp<T>(table: { readonly [word: string]: T }, word: string | null | undefined): T | undefined {
  return word != null && Object.hasOwn(table, word) ? table[word] : undefined;
}
