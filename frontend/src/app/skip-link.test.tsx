// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import { http } from 'msw';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { FakeServer, anOpenConversation, problem } from '../testing/fake-server';
import { SignedIn } from './signed-in';

const API = '*/api/live-chat';
const session = {
  userId: 'u1',
  label: 'Ines',
  getToken: async () => 'token',
  refreshToken: async () => 'token',
  onEnd: () => () => undefined,
  signOut: async () => undefined,
};
const nothing = () => undefined;
const never = () => new Promise<never>(nothing);

const server = new FakeServer();
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  server.conversations = [anOpenConversation()];
});
afterEach(() => server.network.resetHandlers());

function visit(conversationId: string): void {
  history.replaceState(null, '', `/live-chat/${conversationId}?number=100`);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <SignedIn session={session} onSignOut={nothing} onSignedOut={nothing} />
    </QueryClientProvider>,
  );
}

const skips = () => [...document.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')];
const leadNowhere = () => skips().filter((link) => document.getElementById(link.hash.slice(1)) === null);

it('leads to the message box of an open conversation', async () => {
  visit('c1');
  await screen.findByLabelText('Reply to Asha Kulkarni');
  expect(skips()).toHaveLength(1);
  expect(leadNowhere()).toEqual([]);
});

it('leads to the place of a conversation that is still loading', async () => {
  server.network.use(http.get(`${API}/conversations/:id`, never));
  visit('c1');
  await waitFor(() => expect(skips()).toHaveLength(1));
  expect(leadNowhere()).toEqual([]);
});

it('leads to what is said of a conversation that there is not', async () => {
  visit('unknown');
  await screen.findByRole('button', { name: 'Back to conversations' });
  expect(leadNowhere()).toEqual([]);
});

it('is not there where no conversation is shown yet, whatever the address names', async () => {
  server.network.use(http.get(`${API}/phone-numbers`, never));
  visit('c1');
  await waitFor(() => expect(document.querySelector('main')).not.toBeNull());
  expect(skips()).toEqual([]);
});

it('is not there where the numbers cannot be loaded', async () => {
  server.network.use(http.get(`${API}/phone-numbers`, () => problem(503, 'unavailable', 'Not now.')));
  visit('c1');
  await screen.findByRole('alert');
  expect(leadNowhere()).toEqual([]);
});
