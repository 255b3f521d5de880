/** A fault of ours that must not stop what goes on: the browser's console has it, as if nobody had caught it. */
export function tellFault(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  // oxlint-disable-next-line no-console
  else console.error(error);
}

/** Runs what belongs to others; their exception is told and goes no further. */
export function guarded(run: () => void): void {
  try {
    run();
  } catch (error) {
    tellFault(error);
  }
}

/** Who wants to know of a change. One that throws keeps the news from nobody, nor stops who brings it. */
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
