import { local } from './storage';

/** How the agent likes the page. It is kept in this browser only, since it is about this screen and keyboard. */
export interface Settings {
  /** Enter sends and Shift+Enter begins a line; else Ctrl/⌘+Enter sends. */
  enterSends: boolean;
  compactRows: boolean;
  /** Whether single letters are shortcuts. Some input software sends them by mistake (WCAG 2.1.4). */
  singleKeys: boolean;
  desktopNotifications: boolean;
  sound: boolean;
  /** 0 to 1. */
  volume: number;
  /** Phone number ids that neither sound nor notify. */
  mutedNumbers: readonly string[];
  theme: Theme;
  afterResolve: AfterResolve;
  /** The IANA name; null follows the device. */
  timeZone: string | null;
}

/** Where one is after a conversation was resolved: still there, in the next one, or in the list. */
export type AfterResolve = 'stay' | 'next' | 'list';
export const AFTER_RESOLVE: readonly AfterResolve[] = ['stay', 'next', 'list'];

/** `system` follows the device. */
export type Theme = 'system' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

export const DEFAULTS: Settings = {
  enterSends: true,
  compactRows: false,
  singleKeys: true,
  desktopNotifications: false,
  sound: false,
  volume: 0.5,
  mutedNumbers: [],
  theme: 'system',
  afterResolve: 'stay',
  timeZone: null,
};

const KEY = 'livechat.settings';
const listeners = new Set<() => void>();
let current: Settings | null = null;

/** The stored settings. One that cannot be read has its default. */
export function readSettings(text: string | null): Settings {
  let given: unknown = null;
  try {
    given = JSON.parse(text ?? 'null');
  } catch {
    // Another version of the page, or a person, wrote something else.
  }
  if (typeof given !== 'object' || given === null) return DEFAULTS;
  const flag = (name: keyof Settings & string, otherwise: boolean): boolean => {
    const value: unknown = Reflect.get(given, name);
    return typeof value === 'boolean' ? value : otherwise;
  };
  const volume: unknown = Reflect.get(given, 'volume');
  const muted: unknown = Reflect.get(given, 'mutedNumbers');
  return {
    enterSends: flag('enterSends', DEFAULTS.enterSends),
    compactRows: flag('compactRows', DEFAULTS.compactRows),
    singleKeys: flag('singleKeys', DEFAULTS.singleKeys),
    desktopNotifications: flag('desktopNotifications', DEFAULTS.desktopNotifications),
    sound: flag('sound', DEFAULTS.sound),
    volume: typeof volume === 'number' && volume >= 0 && volume <= 1 ? volume : DEFAULTS.volume,
    theme: THEMES.find((known) => known === Reflect.get(given, 'theme')) ?? DEFAULTS.theme,
    afterResolve: AFTER_RESOLVE.find((known) => known === Reflect.get(given, 'afterResolve')) ?? DEFAULTS.afterResolve,
    timeZone: knownZone(Reflect.get(given, 'timeZone')),
    mutedNumbers: Array.isArray(muted) ? muted.filter((id) => typeof id === 'string') : [],
  };
}

/** The time zone, or null if this browser does not know it. */
function knownZone(name: unknown): string | null {
  if (typeof name !== 'string' || name === '') return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

export function getSettings(): Settings {
  current ??= readSettings(local.get(KEY));
  return current;
}

export function changeSettings(change: Partial<Settings>): void {
  current = { ...getSettings(), ...change };
  local.set(KEY, JSON.stringify(current));
  for (const listener of listeners) listener();
}

/** Calls the listener at changes of this tab and of others. */
export function subscribeSettings(listener: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key !== KEY) return;
    current = null;
    listener();
  };
  listeners.add(listener);
  window.addEventListener('storage', onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', onStorage);
  };
}
