/** Short sentences about what was just done or did not work. One at a time is shown, at the page's foot. */
export interface PassingNotice {
  id: number;
  text: string;
  kind: 'done' | 'trouble';
}

const SHOWN_MS = 5000;
const listeners = new Set<() => void>();
let current: PassingNotice | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let serial = 0;

function set(notice: PassingNotice | null): void {
  current = notice;
  for (const listener of listeners) listener();
}

export function notify(text: string, kind: PassingNotice['kind'] = 'done'): void {
  clearTimeout(timer);
  set({ id: ++serial, text, kind });
  timer = setTimeout(() => set(null), SHOWN_MS);
}

export const currentNotice = (): PassingNotice | null => current;

export function subscribeNotices(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
