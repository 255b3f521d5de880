import { isSame, type Word } from './word';

export const BEAT_MS = 30_000;
// Who pages through conversations, or begins and stops to write, tells no more of it than this.
const GAP_MS = 1000;
const AGAIN_MS = 5000;

interface Options {
  /** As it is now. */
  word: () => Word;
  /** Tells the server. Rejects with the seconds to wait at least, where it is known. */
  post: (word: Word) => Promise<void>;
}

/** A post failed; the same may go through later. */
export class NotSaid extends Error {
  readonly afterMs: number;
  constructor(afterMs: number) {
    super('not said');
    this.afterMs = afterMs;
  }
}

/**
 * Tells the server what the agent does, when it changes and every 30 s. Failures are silent: it is told again. Whoever
 * hears something calls `look`; that also counts as a beat, for the timers of a hidden tab hardly run.
 */
export class Speaker {
  private readonly options: Options;
  private said: Word | null = null;
  private saidAt = 0;
  /** Nothing is told sooner. */
  private notBefore = 0;
  private isSpeaking = false;
  private isStopped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options) {
    this.options = options;
  }

  /** Tells what is to be told by now. */
  look(): void {
    if (this.isStopped || this.isSpeaking) return;
    const now = Date.now();
    const word = this.options.word();
    const dueAt = this.said === null || !isSame(this.said, word) ? 0 : this.saidAt + BEAT_MS;
    const at = Math.max(dueAt, this.notBefore);
    clearTimeout(this.timer);
    if (now >= at) void this.say(word);
    else this.timer = setTimeout(() => this.look(), at - now);
  }

  /** Tells it again, changed or not: what the server answers has been missed, or it may have forgotten. */
  repeat(): void {
    this.saidAt = 0;
    this.look();
  }

  /** What was told last; null: nothing. */
  get last(): Word | null {
    return this.said;
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private async say(word: Word): Promise<void> {
    this.isSpeaking = true;
    this.notBefore = Date.now() + GAP_MS;
    try {
      await this.options.post(word);
      this.said = word;
      this.saidAt = Date.now();
    } catch (error) {
      this.said = null;
      this.notBefore = Date.now() + (error instanceof NotSaid ? Math.max(AGAIN_MS, error.afterMs) : AGAIN_MS);
    } finally {
      this.isSpeaking = false;
    }
    this.look();
  }
}
