/** A text with a part of it selected, as a field has it. */
export interface Selected {
  text: string;
  start: number;
  end: number;
}

/** WhatsApp's mark around what is selected, or taken away where it stands there already. */
export function toggleMark({ text, start, end }: Selected, mark: string): Selected {
  const [before, inner, after] = [text.slice(0, start), text.slice(start, end), text.slice(end)];
  if (before.endsWith(mark) && after.startsWith(mark)) {
    const at = start - mark.length;
    return { text: before.slice(0, -mark.length) + inner + after.slice(mark.length), start: at, end: at + inner.length };
  }
  if (inner.length > 2 * mark.length && inner.startsWith(mark) && inner.endsWith(mark)) {
    const bare = inner.slice(mark.length, -mark.length);
    return { text: before + bare + after, start, end: start + bare.length };
  }
  // A mark beside a space marks nothing: it stands at the words.
  const head = inner.length - inner.trimStart().length;
  const tail = inner.trim() === '' ? 0 : inner.length - inner.trimEnd().length;
  const word = inner.slice(head, inner.length - tail);
  const marked = before + inner.slice(0, head) + mark + word + mark + inner.slice(inner.length - tail) + after;
  const at = start + head + mark.length;
  return { text: marked, start: at, end: at + word.length };
}
