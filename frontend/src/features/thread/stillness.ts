import { useEffect, useState } from 'react';

/** Knows whether a thread stands still or is being scrolled. Work that can wait asks it for the next stillness. */
export class Stillness {
  private isMoving = false;
  private readonly waiting = new Set<() => void>();

  readonly move = (isMoving: boolean): void => {
    this.isMoving = isMoving;
    if (isMoving) return;
    for (const tell of this.waiting) tell();
    this.waiting.clear();
  };

  get isStill(): boolean {
    return !this.isMoving;
  }

  /** Calls `tell` once, at the next stillness, which may be now. The caller gets a function that takes this back. */
  whenStill(tell: () => void): () => void {
    if (this.isStill) tell();
    else this.waiting.add(tell);
    return () => this.waiting.delete(tell);
  }
}

/** Whether the thread has stood still since the component was mounted. It stays true. */
export function useOnceStill(stillness: Stillness): boolean {
  const [wasStill, setWasStill] = useState(() => stillness.isStill);
  useEffect(() => {
    if (!wasStill) return stillness.whenStill(() => setWasStill(true));
  }, [stillness, wasStill]);
  return wasStill;
}
