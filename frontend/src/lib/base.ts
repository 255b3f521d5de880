/**
 * What stands before every path of ours: '' at the root of an address, `/chat` where a proxy serves us behind that and
 * takes it off. Read off the address that this very script came from, so that nobody has to set it.
 */
export const base: string = import.meta.env.DEV ? '' : new URL(/* @vite-ignore */ '..', import.meta.url).pathname.replace(/\/$/, '');

/** The address, on this origin, of what the server names by a path of its own. */
export const onServer = (path: string): string => (path.startsWith('/') && !path.startsWith('//') ? base + path : path);
