import { textOf } from './content';

/** A link that somebody else wrote, if its scheme can be opened; null for any other. */
export function webLink(value: unknown): string | null {
  const text = textOf(value);
  if (text === null) return null;
  try {
    const url = new URL(text);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}
