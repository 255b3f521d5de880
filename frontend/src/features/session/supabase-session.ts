import { AuthClient, isAuthRetryableFetchError, type EmailOtpType, type Session as SupabaseSession } from '@supabase/auth-js';
import { ApiProblem } from '../../lib/api';
import { pendingInvitation, takeArrival } from '../../lib/arrival';
import { onServer } from '../../lib/base';
import { t } from '../../words/en';
import type { SecondFactorWay, Session } from './session';

/** Signing in by Supabase. In a chunk of its own: the sandbox has no use for it. */
export interface SupabaseSignIn {
  /** The session of an earlier visit, or null; null too where a mail's link waits for a click. */
  current(): Promise<Session | null>;
  /** Rejects with an Error whose message is for the person signing in. So do the others. */
  signIn(email: string, password: string): Promise<Session>;
  /** Null: the address is to be confirmed first, by a mail that is on its way. */
  signUp(email: string, password: string): Promise<Session | null>;
  /** Mails a link by which a new password is chosen. */
  recover(email: string): Promise<void>;
  /** The session that a mail's link stands for, with a new password where one is given. */
  arrive(password: string | null): Promise<Session>;
}

type Client = InstanceType<typeof AuthClient>;
const TYPES: readonly EmailOtpType[] = ['invite', 'recovery', 'magiclink', 'signup', 'email'];

/** Where links of mails lead: an invitation goes on where it was opened. */
function comeBack(): string {
  const invitation = pendingInvitation();
  return location.origin + onServer(invitation === null ? '/live-chat' : `/live-chat/join#${invitation}`);
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
  const arrival = takeArrival();
  let arrived: SupabaseSession | null = null;
  return {
    current: async () => {
      if (arrival.tokenHash !== null || arrival.accessToken !== null) return null;
      const { data } = await client.getSession();
      return data.session ? sessionOf(client, data.session) : null;
    },
    signIn: async (email, password) => {
      const { data, error } = await client.signInWithPassword({ email, password });
      if (error) throw error;
      return sessionOf(client, data.session);
    },
    signUp: async (email, password) => {
      const { data, error } = await client.signUp({ email, password, options: { emailRedirectTo: comeBack() } });
      if (error) throw error;
      return data.session ? sessionOf(client, data.session) : null;
    },
    recover: async (email) => {
      const { error } = await client.resetPasswordForEmail(email, { redirectTo: comeBack() });
      if (error) throw error;
    },
    arrive: async (password) => {
      // The link is good once. Only the password is asked for again where it was refused.
      arrived ??= await turnedIn(client);
      if (password !== null) {
        const { error } = await client.updateUser({ password });
        if (error) throw error;
      }
      return sessionOf(client, arrived);
    },
  };
}

async function turnedIn(client: Client): Promise<SupabaseSession> {
  const { tokenHash, type, accessToken, refreshToken } = takeArrival();
  const { data, error } =
    tokenHash === null
      ? await client.setSession({ access_token: accessToken ?? '', refresh_token: refreshToken ?? '' })
      : await client.verifyOtp({ token_hash: tokenHash, type: TYPES.find((known) => known === type) ?? 'email' });
  if (error) throw error;
  if (!data.session) throw new Error(t.session.failed);
  return data.session;
}

function sessionOf(client: Client, started: SupabaseSession): Session {
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
    secondFactor: secondFactorOf(client),
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

function secondFactorOf(client: Client): SecondFactorWay {
  return {
    begin: async () => {
      const { data: known, error: unknown } = await client.mfa.listFactors();
      if (unknown) throw unknown;
      const own = known.totp[0];
      if (own) return { id: own.id };
      // One that was begun and never proved has shown its secret once, and is of no use any more.
      for (const begun of known.all.filter((each) => each.factor_type === 'totp' && each.status === 'unverified'))
        await client.mfa.unenroll({ factorId: begun.id });
      const { data, error } = await client.mfa.enroll({ factorType: 'totp' });
      if (error) throw error;
      return { id: data.id, picture: data.totp.qr_code, secret: data.totp.secret };
    },
    prove: async (factorId, code) => {
      const { error } = await client.mfa.challengeAndVerify({ factorId, code });
      if (error) throw error;
    },
  };
}
