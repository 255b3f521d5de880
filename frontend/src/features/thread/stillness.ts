import { useEffect, useState } from 'react';

/** Whether a thread stands still or is being scrolled: for what can wait until it stands still. */
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

  /** Once, at the next stillness, which may be now; returns how to forget it. */
  whenStill(tell: () => void): () => void {
    if (this.isStill) tell();
    else this.waiting.add(tell);
    return () => this.waiting.delete(tell);
  }
}

/** Whether the thread has stood still since this was mounted. It stays true. */
export function useOnceStill(stillness: Stillness): boolean {
  const [wasStill, setWasStill] = useState(() => stillness.isStill);
  useEffect(() => {
    if (!wasStill) return stillness.whenStill(() => setWasStill(true));
  }, [stillness, wasStill]);
  return wasStill;
}
