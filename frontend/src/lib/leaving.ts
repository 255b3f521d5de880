/** What would be lost with the page, by any name. While there is anything, the browser asks before the page goes. */
const held = new Set<string>();
const warn = (event: BeforeUnloadEvent): void => event.preventDefault();

export function holdPage(name: string, isHeld: boolean): void {
  if (isHeld) held.add(name);
  else held.delete(name);
  // Only while something can be lost: a page that listens is kept in no cache.
  if (held.size > 0) window.addEventListener('beforeunload', warn);
  else window.removeEventListener('beforeunload', warn);
}
