/**
 * The browser's storage as the page needs it: it may be full, forbidden, or throw when it is merely named, and nothing
 * of that may hinder what an agent does. What it does not take is kept here, for as long as the page lives.
 */
export class Store {
  private readonly open: () => Storage;
  /** What the storage has not taken, and, as null, what it has not let go of. */
  private readonly unkept = new Map<string, string | null>();

  constructor(open: () => Storage) {
    this.open = open;
  }

  get(key: string): string | null {
    const unkept = this.unkept.get(key);
    return unkept === undefined ? this.ask((storage) => storage.getItem(key), null) : unkept;
  }

  /** Whether it outlives the page. */
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

  /** Whether what stands under this key outlives the page. */
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

/** This browser's, for all of its tabs. */
export const local = new Store(() => localStorage);
/** This tab's, for as long as it is open. */
export const visit = new Store(() => sessionStorage);
