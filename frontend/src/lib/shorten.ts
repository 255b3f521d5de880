/** At most `most` UTF-16 units of a text, with “…” for the rest. No character is cut in two. */
export function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${cut(text, most - 1).trimEnd()}…`;
}

/** The first `most` units of a text. A surrogate pair at the cut is left out whole. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? most - 1 : most);
}
