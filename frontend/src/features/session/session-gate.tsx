import { type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import type { Configuration } from '../../lib/configuration';
import { lazyPart } from '../../lib/lazy-part';
import { visit } from '../../lib/storage';
import { t } from '../../words/en';
import type { Session } from './session';
import type { SupabaseSignIn } from './supabase-session';

interface Props {
  configuration: Configuration;
  children: (session: Session, end: { signOut: () => void; expire: () => void }) => ReactNode;
}

// Most visits begin signed in.
const SignInPage = lazyPart(async () => ({ default: (await import('./sign-in')).SignInPage }));
const SessionEnded = lazyPart(() => import('./session-ended'));

const SIGNED_OUT = 'livechat.signed-out';

const hasSignedOutOfDemo = ({ sandbox_url }: Configuration): boolean =>
  sandbox_url !== null && visit.get(SIGNED_OUT) !== null;

/**
 * Shows its children to who is signed in, and the sign-in page to everybody else. A session that has ended by
 * itself asks over the page, which stays as it is: nothing that was being written is lost.
 */
export function SessionGate({ configuration, children }: Props) {
  const [session, setSession] = useState<Session | null>(null);
  const [hasEnded, setEnded] = useState(false);
  const supabase = useRef<Promise<SupabaseSignIn> | null>(null);
  const { sandbox_url, supabase_url, supabase_anon_key } = configuration;
  const isConfigured = sandbox_url !== null || (supabase_url !== null && supabase_anon_key !== null);
  const [isBusy, setBusy] = useState(() => isConfigured && !hasSignedOutOfDemo(configuration));
  const [failure, setFailure] = useState(isConfigured ? null : t.session.notConfigured);

  const attempt = useCallback(async (signIn: () => Promise<Session | null>, orElse: string) => {
    setBusy(true);
    setFailure(null);
    try {
      setSession(await signIn());
      setEnded(false);
    } catch (error) {
      setFailure(error instanceof Error && error.name === 'AuthApiError' ? error.message : orElse);
    }
    setBusy(false);
  }, []);

  const signInAsDemo = useCallback(() => {
    if (!sandbox_url) return;
    visit.remove(SIGNED_OUT);
    const signIn = async () => (await import('./demo-session')).signInToDemo(sandbox_url);
    void attempt(signIn, t.session.demoFailed(sandbox_url));
  }, [attempt, sandbox_url]);

  useEffect(() => {
    if (sandbox_url) {
      // A newcomer sees the product, not a form; who signed out stays so while the tab lives.
      // oxlint-disable-next-line react/set-state-in-effect
      if (!visit.get(SIGNED_OUT)) signInAsDemo();
    } else if (supabase_url && supabase_anon_key) {
      supabase.current ??= import('./supabase-session').then((module) =>
        module.newSupabaseSignIn(supabase_url, supabase_anon_key),
      );
      const loaded = supabase.current;
      void attempt(async () => (await loaded).current(), t.session.failed);
    }
  }, [attempt, sandbox_url, signInAsDemo, supabase_url, supabase_anon_key]);

  const expire = useCallback(() => setEnded(true), []);
  useEffect(() => session?.onEnd(expire), [session, expire]);

  const signOut = useCallback(() => {
    visit.set(SIGNED_OUT, '1');
    void session?.signOut();
    setFailure(null);
    setEnded(false);
    setSession(null);
  }, [session]);

  const ways = {
    isBusy,
    failure,
    onDemo: sandbox_url ? signInAsDemo : null,
    supabase: supabase_url && supabase_anon_key && !sandbox_url ? () => supabase.current : null,
    attempt,
  };
  if (!session)
    return (
      <Suspense>
        <SignInPage {...ways} />
      </Suspense>
    );
  return (
    <>
      {children(session, { signOut, expire })}
      {hasEnded && (
        <Suspense>
          <SessionEnded {...ways} onSignOut={signOut} />
        </Suspense>
      )}
    </>
  );
}
