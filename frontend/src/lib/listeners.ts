/** Shows a fault of ours in the browser's console, as if nobody had caught it. The work around it goes on. */
export function tellFault(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  // oxlint-disable-next-line no-console
  else console.error(error);
}

/** Runs a function of somebody else's. Its exception is shown in the console and goes no further. */
export function guarded(run: () => void): void {
  try {
    run();
  } catch (error) {
    tellFault(error);
  }
}

/** Listeners to a change. One that throws stops neither the other listeners nor the teller. */
export class Listeners {
  private readonly all = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.all.add(listener);
    return () => this.all.delete(listener);
  };

  tell(): void {
    for (const listener of this.all) guarded(listener);
  }
}
