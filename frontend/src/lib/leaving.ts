/** Notes work that would be lost with the page, by any name. While there is some, the browser asks before it leaves. */
const held = new Set<string>();
const warn = (event: BeforeUnloadEvent): void => event.preventDefault();

export function holdPage(name: string, isHeld: boolean): void {
  if (isHeld) held.add(name);
  else held.delete(name);
  // The page listens only while something can be lost: no browser keeps a page that listens in its back cache.
  if (held.size > 0) window.addEventListener('beforeunload', warn);
  else window.removeEventListener('beforeunload', warn);
}
