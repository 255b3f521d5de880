import type { TokenSource } from '../../lib/api';

/** Somebody who is signed in. Two implementations: Supabase, and the sandbox's demo user. */
export interface Session extends TokenSource {
  readonly userId: string;
  readonly label: string;
  /** Called once, when the session has ended without `signOut`: expired for good, or ended elsewhere. */
  onEnd(listener: () => void): () => void;
  signOut(): Promise<void>;
}
