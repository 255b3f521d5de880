import { type LiveEvent, removedId } from './apply-event';
import { belongs, everything, ownUnread } from './list-filter';
import type { Conversation } from './types';

// More are forgotten all at once: the counts are asked for once more then, for each that comes again.
const MOST = 5000;
// An answer may be of a moment whose events come a little later.
const AFTERMATH_MS = 300;
const GONE = 'gone';

/**
 * Whether the numbers on the tabs can have changed since they were asked for. Most events change none: a message in a
 * conversation that waits already, or one that is read at once. What a conversation counts for is remembered from
 * events alone, and compared; where it is not known, the numbers are asked for. Once a minute they are anyway.
 */
export class CountsWatch {
  private readonly me: string;
  private readonly isAsking: () => boolean;
  /** What each conversation counts for, by the last event about it. */
  private readonly known = new Map<string, string>();
  /** What those that were told of counted for when the numbers were asked for; null: that is not known. */
  private readonly before = new Map<string, string | null>();
  private answeredAt = Number.NEGATIVE_INFINITY;
  private isUnsure = false;

  /** `isAsking` says whether an answer is on its way. */
  constructor(me: string, isAsking: () => boolean) {
    this.me = me;
    this.isAsking = isAsking;
  }

  /** To be told of each event once the cache has it; `cached` is the conversation as the cache has it then. */
  tell(event: LiveEvent, cached: (id: string) => Conversation | undefined): void {
    const id = aboutWhich(event);
    if (id === null) return;
    const was = this.known.get(id) ?? null;
    const now = event.type === 'conversation.removed' ? GONE : this.standing(cached(id) ?? event.conversation);
    const isBlurred = was !== now && (this.isAsking() || Date.now() - this.answeredAt < AFTERMATH_MS);
    if (isBlurred || now === null) this.before.set(id, null);
    else if (!this.before.has(id)) this.before.set(id, was);
    if (this.known.size > MOST) this.known.clear();
    if (now === null) this.known.delete(id);
    else this.known.set(id, now);
  }

  /** Events may have been missed, so what was known of conversations may not be so any more. */
  forget(): void {
    this.known.clear();
  }

  /** The numbers are being asked for, whoever wanted it. */
  ask(): void {
    this.before.clear();
    this.isUnsure = false;
  }

  /** An answer has come, or none will. */
  answer(isThere: boolean): void {
    this.answeredAt = Date.now();
    if (!isThere) this.isUnsure = true;
  }

  get hasChanged(): boolean {
    return this.isUnsure || [...this.before].some(([id, was]) => was === null || was !== this.known.get(id));
  }

  /** All that the server counts by; null where it is not known what the agent has read of their own. */
  private standing(conversation: Conversation | null): string | null {
    if (conversation === null) return null;
    const { assignee, phone_number_id: number, status, waiting_since: waiting, my_unread_count: unread } = conversation;
    const isMine = assignee?.user_id === this.me;
    if (isMine && (unread ?? null) === null) return null;
    const all = everything(this.me, null);
    const now = new Date();
    const counts = [
      status === 'open' && belongs(all, conversation, now),
      isMine,
      assignee === null,
      Boolean(waiting),
      belongs({ ...all, closing: true }, conversation, now),
      isMine && ownUnread(conversation) > 0,
    ];
    return `${number} ${counts.map(Number).join('')}`;
  }
}

/** Which conversation may count for something else by an event; null: none. */
function aboutWhich(event: LiveEvent): string | null {
  if (event.conversation !== null) return event.conversation.id;
  if (event.type === 'read.updated') return String(event.data?.conversation_id);
  return removedId(event);
}
