/** The first variable that nobody has filled yet: where it begins and ends. */
export function unfilledIn(text: string): [number, number] | null {
  const found = /\{\{\s*(?:contact|agent|number)\.[^{}]*\}\}/.exec(text);
  return found ? [found.index, found.index + found[0].length] : null;
}
