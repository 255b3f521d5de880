import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { Router } from 'wouter';
import { SessionGate } from '../features/session/session-gate';
import { ApiProblem } from '../lib/api';
import { base } from '../lib/base';
import type { Configuration } from '../lib/configuration';
import { forgetWriting } from '../lib/drafts';
import { lazyPart } from '../lib/lazy-part';
import { forgetFiles } from '../lib/unsent-files';
import { ErrorBoundary } from './error-boundary';
import { SignedIn } from './signed-in';

// Few are ever asked for a second factor, and an invitation is opened once.
const SecondFactor = lazyPart(() => import('../features/session/second-factor'));
const JoinPlace = lazyPart(() => import('../features/join/join-place'));
const JOIN = `${base}/live-chat/join`;

function newQueryClient(onSecondFactor: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof ApiProblem && error.code === 'mfa_required') onSecondFactor();
      },
    }),
    defaultOptions: {
      queries: {
        // A refusal stays one; a lost connection or a busy server is worth two more tries.
        retry: (failures, error) => failures < 2 && (!(error instanceof ApiProblem) || error.isTemporary),
        // Asking goes on where the browser only thinks that it is offline.
        networkMode: 'always',
        // Events keep the cache fresh, and every gap in them invalidates it: looking at a tab asks nothing.
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
      },
      mutations: { networkMode: 'always' },
    },
  });
}

export function App({ configuration }: { configuration: Configuration }) {
  const [asksFactor, askFactor] = useState(false);
  const [client] = useState(() => newQueryClient(() => askFactor(true)));
  return (
    <ErrorBoundary>
      <QueryClientProvider client={client}>
        <Router base={base}>
          <SessionGate configuration={configuration}>
            {(session, { signOut, expire }) => {
              const leave = () => {
                forgetWriting(session.userId);
                forgetFiles();
                client.clear();
                askFactor(false);
                signOut();
              };
              if (location.pathname === JOIN)
                return (
                  <Suspense>
                    <JoinPlace tokens={session} userId={session.userId} label={session.label} onSignOut={leave} />
                  </Suspense>
                );
              return (
                <>
                  <SignedIn key={session.userId} session={session} onSignOut={leave} onSignedOut={expire} />
                  {asksFactor && (
                    <Suspense>
                      <SecondFactor session={session} onSignOut={leave} />
                    </Suspense>
                  )}
                </>
              );
            }}
          </SessionGate>
        </Router>
      </QueryClientProvider>
    </ErrorBoundary>
  );
}
