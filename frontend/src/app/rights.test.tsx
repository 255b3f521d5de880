// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, render, screen } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { applyToCache } from '../hooks/live-updates';
import { FakeServer, anOpenConversation } from '../testing/fake-server';
import { SignedIn } from './signed-in';

const session = {
  userId: 'u1',
  label: 'Dora',
  getToken: async () => 'token',
  refreshToken: async () => 'token',
  onEnd: () => () => undefined,
  signOut: async () => undefined,
};
const nothing = () => undefined;

const server = new FakeServer();
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
beforeEach(() => {
  localStorage.clear();
  server.conversations = [anOpenConversation()];
  history.replaceState(null, '', '/live-chat/c1?number=100');
});

function visit(): QueryClient {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
  render(
    <QueryClientProvider client={client}>
      <SignedIn session={session} onSignOut={nothing} onSignedOut={nothing} />
    </QueryClientProvider>,
  );
  return client;
}

it('offers a viewer nothing that changes anything, and says so where others write', async () => {
  server.role = 'viewer';
  visit();
  expect(await screen.findByText(/Your role does not let you answer customers/)).toBeVisible();
  expect(screen.queryByRole('textbox', { name: /Reply to/ })).toBeNull();
  expect(screen.queryByRole('button', { name: /Assigned to/ })).toBeNull();
  expect(screen.queryByRole('button', { name: 'New conversation' })).toBeNull();
  // The way past the list leads to the sentence.
  expect(document.querySelector('#composer')).toHaveTextContent('You can read here.');
});

it('says that an open conversation is out of sight, and keeps what was being written to be copied', async () => {
  server.role = 'agent';
  localStorage.setItem('livechat.draft.u1.c1', JSON.stringify({ text: 'Dear Asha', replyTo: null, base: null, isSaved: true }));
  const client = visit();
  await screen.findByLabelText('Reply to Asha Kulkarni');
  server.conversations = [];
  act(() => applyToCache(client, { type: 'conversation.removed', message: null, conversation: null, data: { id: 'c1' } }));
  expect(await screen.findByText('This conversation is out of your sight')).toBeVisible();
  expect(screen.getByLabelText('What you were writing')).toHaveValue('Dear Asha');
  expect(document.querySelector('[data-conversation]')).toBeNull();
  expect(screen.getByRole('button', { name: 'Back to conversations' })).toBeVisible();
});
