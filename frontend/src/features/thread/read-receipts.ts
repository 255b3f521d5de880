type Tell = (upTo: string) => Promise<void>;

// Of messages that come quickly one after the other, reading is told so often.
const PACE_MS = 500;

/**
 * Tells how far a thread is read: at once, one request at a time, and of many messages that come together once. What
 * is still to be told when the thread is left is told then.
 */
export class ReadReceipts {
  private tell: Tell | null = null;
  private isTelling = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private toldAt = Number.NEGATIVE_INFINITY;
  /** Up to where was read last, and up to where that was told. */
  private upTo: string | null = null;
  private told: string | null = null;

  /** Who tells, as long as the thread is shown. The answer ends it. */
  sendBy(tell: Tell): () => void {
    this.tell = tell;
    return () => {
      if (this.upTo !== this.told) this.send();
      this.tell = null;
    };
  }

  /** Whether all up to this message was told to be read, and answered. */
  isRead(messageId: string): boolean {
    return this.told === messageId && !this.isTelling;
  }

  /** The agent has read up to this message. */
  read(upTo: string): void {
    this.upTo = upTo;
    this.plan();
  }

  private plan(): void {
    if (this.isTelling || this.timer !== null || this.upTo === this.told) return;
    const wait = this.toldAt + PACE_MS - Date.now();
    if (wait <= 0) this.send();
    else this.timer = setTimeout(() => this.send(), wait);
  }

  private send(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const { upTo, tell } = this;
    if (upTo === null || tell === null) return;
    this.isTelling = true;
    this.told = upTo;
    this.toldAt = Date.now();
    tell(upTo).then(
      () => this.answered(),
      () => {
        // The server is told again at the next message, or when the agent looks at the tab again.
        if (this.upTo === upTo) this.upTo = null;
        this.told = null;
        this.answered();
      },
    );
  }

  private answered(): void {
    this.isTelling = false;
    if (this.upTo !== null) this.plan();
  }
}
