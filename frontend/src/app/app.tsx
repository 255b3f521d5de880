import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { Router } from 'wouter';
import { SessionGate } from '../features/session/session-gate';
import { ApiProblem } from '../lib/api';
import { base } from '../lib/base';
import type { Configuration } from '../lib/configuration';
import { forgetWriting } from '../lib/drafts';
import { forgetFiles } from '../lib/unsent-files';
import { ErrorBoundary } from './error-boundary';
import { SignedIn } from './signed-in';

function newQueryClient(): QueryClient {
  return new QueryClient({
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
  const [client] = useState(newQueryClient);
  return (
    <ErrorBoundary>
      <QueryClientProvider client={client}>
        <Router base={base}>
          <SessionGate configuration={configuration}>
            {(session, { signOut, expire }) => (
              <SignedIn
                key={session.userId}
                session={session}
                onSignOut={() => {
                  forgetWriting(session.userId);
                  forgetFiles();
                  client.clear();
                  signOut();
                }}
                onSignedOut={expire}
              />
            )}
          </SessionGate>
        </Router>
      </QueryClientProvider>
    </ErrorBoundary>
  );
}
