import { isVoiceNote } from '../../lib/message/content';
import { mediaOf } from '../../lib/message/media';
import { local } from '../../lib/storage';
import type { Message } from '../../lib/types';

interface State {
  /** The message that plays, or null. */
  current: string | null;
  /** The speed. It is kept from one note to the next, and for the next visit. */
  rate: number;
}

const RATE = 'livechat.playback-rate';

function storedRate(): number {
  const rate = Number(local.get(RATE));
  return rate >= 1 && rate <= 2 ? rate : 1;
}

/** Knows which of all audio players plays, so that only one does. */
class Playback {
  private state: State = { current: null, rate: storedRate() };
  private readonly listeners = new Set<() => void>();

  readonly snapshot = (): State => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Starts a message. The one that played before is paused where it is. */
  play(id: string | null): void {
    this.set({ ...this.state, current: id });
  }

  /** Stops a message, unless another one plays by now. */
  stop(id: string): void {
    if (this.state.current === id) this.set({ ...this.state, current: null });
  }

  setRate(rate: number): void {
    local.set(RATE, String(rate));
    this.set({ ...this.state, rate });
  }

  private set(state: State): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

export const playback = new Playback();

/** The voice note right after this one, of the same side; null if another message stands there. */
export function nextNote(messages: readonly Message[], id: string): string | null {
  const at = messages.findIndex((message) => message.id === id);
  const [note, next] = [messages[at], messages[at + 1]];
  if (!note || !next || next.direction !== note.direction) return null;
  return isVoiceNote(next) && mediaOf(next)?.state === 'ready' ? next.id : null;
}
