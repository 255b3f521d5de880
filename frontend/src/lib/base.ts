/**
 * The prefix of every path of ours: '' at the root of an address, `/chat` where a proxy serves us behind `/chat` and
 * takes it off. It is read off the address that this script came from, so that nobody has to set it.
 */
export const base: string = import.meta.env.DEV ? '' : new URL(/* @vite-ignore */ '..', import.meta.url).pathname.replace(/\/$/, '');

/** The caller gets the address on this origin for a path that the server names. */
export const onServer = (path: string): string => (path.startsWith('/') && !path.startsWith('//') ? base + path : path);
