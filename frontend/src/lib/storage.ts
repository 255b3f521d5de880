/**
 * The browser's storage as the page needs it. The storage may be full, forbidden, or throw when it is merely named, and
 * no agent's work may stop for that. Values that it does not take are kept here, for as long as the page lives.
 */
export class Store {
  private readonly open: () => Storage;
  /** Values that the storage has not taken; null stands for a value that it has not deleted. */
  private readonly unkept = new Map<string, string | null>();

  constructor(open: () => Storage) {
    this.open = open;
  }

  get(key: string): string | null {
    const unkept = this.unkept.get(key);
    return unkept === undefined ? this.ask((storage) => storage.getItem(key), null) : unkept;
  }

  /** The caller gets whether the value outlives the page. */
  set(key: string, value: string): boolean {
    const isKept = this.ask((storage) => {
      storage.setItem(key, value);
      return true;
    }, false);
    if (isKept) this.unkept.delete(key);
    else this.unkept.set(key, value);
    return isKept;
  }

  remove(key: string): void {
    const isGone = this.ask((storage) => {
      storage.removeItem(key);
      return true;
    }, false);
    if (isGone) this.unkept.delete(key);
    else this.unkept.set(key, null);
  }

  /** Whether the value of this key outlives the page. */
  isKept(key: string): boolean {
    return typeof this.unkept.get(key) !== 'string';
  }

  keys(prefix: string): string[] {
    const stored = this.ask(
      (storage) => Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? ''),
      [],
    );
    const all = new Set(stored);
    for (const [key, value] of this.unkept) {
      if (value === null) all.delete(key);
      else all.add(key);
    }
    return [...all].filter((key) => key.startsWith(prefix));
  }

  private ask<T>(question: (storage: Storage) => T, otherwise: T): T {
    try {
      return question(this.open());
    } catch {
      return otherwise;
    }
  }
}

/** The storage of this browser, for all of its tabs. */
export const local = new Store(() => localStorage);
/** The storage of this tab, for as long as it is open. */
export const visit = new Store(() => sessionStorage);
