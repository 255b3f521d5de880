import type { TokenSource } from '../../lib/api';

/** Another person of the demo, as whom a window can be opened. */
export interface OtherPerson {
  readonly name: string;
  readonly open: () => void;
}

/** Somebody who is signed in. Two implementations: Supabase, and the sandbox's demo team. */
export interface Session extends TokenSource {
  readonly userId: string;
  readonly label: string;
  /** In the demo alone. */
  readonly others?: readonly OtherPerson[];
  /** Called once, when the session has ended without `signOut`: expired for good, or ended elsewhere. */
  onEnd(listener: () => void): () => void;
  signOut(): Promise<void>;
}
