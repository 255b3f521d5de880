import type { TokenSource } from '../../lib/api';

/** Another person of the demo, as whom a window can be opened. */
export interface OtherPerson {
  readonly name: string;
  readonly open: () => void;
}

/** What makes the codes of a second factor. One that is new comes with what an app reads it from. */
export interface Factor {
  readonly id: string;
  readonly picture?: string;
  readonly secret?: string;
}

export interface SecondFactorWay {
  /** The factor that a code is asked of: the person's own, or a new one. */
  begin(): Promise<Factor>;
  /** From now on the session's tokens say that there were two. Rejects with an Error for the person. */
  prove(factorId: string, code: string): Promise<void>;
}

/** Somebody who is signed in. Two implementations: Supabase, and the sandbox's demo team. */
export interface Session extends TokenSource {
  readonly userId: string;
  readonly label: string;
  /** In the demo alone. */
  readonly others?: readonly OtherPerson[];
  /** Not in the demo. */
  readonly secondFactor?: SecondFactorWay;
  /** Called once, when the session has ended without `signOut`: expired for good, or ended elsewhere. */
  onEnd(listener: () => void): () => void;
  signOut(): Promise<void>;
}
