/**
 * Changes what a field holds as if it had been typed, so that Ctrl or ⌘ + Z takes it back; false: it was not changed,
 * as the field has not the focus, or by a browser that knows no other way than by script.
 */
export function typeIn(field: HTMLTextAreaElement | null, next: string): boolean {
  // Nothing has come in the place of what is deprecated: a value that a script sets is no step that can be taken back.
  if (field === null || document.activeElement !== field || typeof document.execCommand !== 'function') return false;
  const now = field.value;
  let start = 0;
  while (start < now.length && start < next.length && now[start] === next[start]) start++;
  let same = 0;
  const most = Math.min(now.length, next.length) - start;
  while (same < most && now[now.length - 1 - same] === next[next.length - 1 - same]) same++;
  field.setSelectionRange(start, now.length - same);
  const typed = next.slice(start, next.length - same);
  return typed === '' ? document.execCommand('delete') : document.execCommand('insertText', false, typed);
}
