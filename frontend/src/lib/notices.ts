/** Short sentences about what was just done or did not work. One at a time is shown, at the page's foot. */
export interface PassingNotice {
  id: number;
  text: string;
  kind: 'done' | 'trouble';
  /** What can be done about it, while it is shown. */
  action: NoticeAction | null;
}

export interface NoticeAction {
  name: string;
  run: () => void;
}

const SHOWN_MS = 5000;
// Time to see that it was the wrong one.
const ACTION_MS = 10_000;
const listeners = new Set<() => void>();
let current: PassingNotice | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let serial = 0;

function set(notice: PassingNotice | null): void {
  current = notice;
  for (const listener of listeners) listener();
}

/** `actionMs`: how long it stands there where something can be done about it. */
export function notify(text: string, kind: PassingNotice['kind'] = 'done', action: NoticeAction | null = null, actionMs = ACTION_MS): void {
  clearTimeout(timer);
  set({ id: ++serial, text, kind, action });
  timer = setTimeout(() => set(null), action === null ? SHOWN_MS : actionMs);
}

/** Does what the present notice offers, once; false where it offers nothing. */
export function actOnNotice(): boolean {
  const action = current?.action ?? null;
  if (action === null) return false;
  clearTimeout(timer);
  set(null);
  action.run();
  return true;
}

export const currentNotice = (): PassingNotice | null => current;

export function subscribeNotices(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
