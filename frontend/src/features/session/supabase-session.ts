import { AuthClient, isAuthRetryableFetchError, type Session as SupabaseSession } from '@supabase/auth-js';
import { ApiProblem } from '../../lib/api';
import { t } from '../../words/en';
import type { Session } from './session';

/** Signing in by Supabase. In a chunk of its own: the sandbox has no use for it. */
export interface SupabaseSignIn {
  /** The session of an earlier visit, or null. */
  current(): Promise<Session | null>;
  /** Rejects with an Error whose message is for the person signing in. */
  signIn(email: string, password: string): Promise<Session>;
}

export function newSupabaseSignIn(url: string, anonKey: string): SupabaseSignIn {
  const client = new AuthClient({
    url: `${url}/auth/v1`,
    headers: { apikey: anonKey, Authorization: `Bearer ${anonKey}` },
    storageKey: 'livechat.session',
    autoRefreshToken: true,
    persistSession: true,
    detectSessionInUrl: false,
  });
  return {
    current: async () => {
      const { data } = await client.getSession();
      return data.session ? sessionOf(client, data.session) : null;
    },
    signIn: async (email, password) => {
      const { data, error } = await client.signInWithPassword({ email, password });
      if (error) throw error;
      return sessionOf(client, data.session);
    },
  };
}

function sessionOf(client: InstanceType<typeof AuthClient>, started: SupabaseSession): Session {
  // Without a network a token cannot be renewed: that ends nothing.
  const missing = (error: unknown) =>
    isAuthRetryableFetchError(error)
      ? new ApiProblem({ code: 'network', detail: t.problems.away }, 0)
      : new ApiProblem({ code: 'unauthorized', detail: t.problems.signedOut }, 401);
  const getToken = async (): Promise<string> => {
    const { data, error } = await client.getSession();
    if (!data.session) throw missing(error);
    return data.session.access_token;
  };
  return {
    userId: started.user.id,
    label: started.user.email ?? started.user.id,
    getToken,
    refreshToken: async (refused) => {
      const present = await getToken();
      if (present !== refused) return present;
      const { data, error } = await client.refreshSession();
      if (!data.session) throw missing(error);
      return data.session.access_token;
    },
    onEnd: (listener) => {
      const { data } = client.onAuthStateChange((event: string) => {
        if (event === 'SIGNED_OUT') listener();
      });
      return () => data.subscription.unsubscribe();
    },
    signOut: async () => {
      // Of this browser only: the agent's other devices stay signed in.
      await client.signOut({ scope: 'local' });
    },
  };
}
