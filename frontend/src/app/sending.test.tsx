// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { changeSettings } from '../lib/settings';
import { type Answer, FakeServer, anOpenConversation, problem } from '../testing/fake-server';
import { aMessage } from '../testing/samples';
import { SignedIn } from './signed-in';

const session = {
  userId: 'u1',
  label: 'Ines',
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
  sessionStorage.clear();
  server.sends.length = 0;
  server.bodies.length = 0;
  server.answers.length = 0;
  server.messages = [aMessage({ id: 'm1', text: 'Is it open?', timestamp: new Date().toISOString() })];
  server.conversations = [anOpenConversation()];
  history.replaceState(null, '', '/live-chat/c1?number=100');
});
afterEach(() => vi.restoreAllMocks());

/** A visit of the page: the same browser, a new document. */
function visit(signedIn = session, onSignedOut: () => void = nothing) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
  const inPage = (present: typeof session) => (
    <QueryClientProvider client={client}>
      <SignedIn session={present} onSignOut={nothing} onSignedOut={onSignedOut} />
    </QueryClientProvider>
  );
  const page = render(inPage(signedIn));
  return { ...page, again: (present: typeof session) => page.rerender(inPage(present)) };
}

const field = () => screen.findByLabelText('Reply to Asha Kulkarni');
const bubble = async (text: string): Promise<HTMLElement> => {
  return waitFor(() => {
    const rows = [...document.querySelectorAll<HTMLElement>('main li')];
    const found = rows.filter((item) => item.textContent?.includes(text));
    expect(found).toHaveLength(1);
    return found[0] as HTMLElement;
  });
};
const stored = () => server.messages.filter((message) => message.direction === 'outbound').map((message) => message.text);

async function write(text: string): Promise<void> {
  await userEvent.type(await field(), text);
  await userEvent.keyboard('{Enter}');
}

const answered = (answer: () => Response | Promise<Response>, isStored = false): Answer => Object.assign(answer, { isStored });
const never = () => new Promise<Response>(nothing);

describe('a reply', () => {
  it('is on screen before the server has answered, and is one message when it has', async () => {
    let accept: () => void = nothing;
    server.answers.push(
      answered(
        () =>
          new Promise((resolve) => {
            accept = () =>
              resolve(
                HttpResponse.json(
                  { message: server.messages.at(-1), conversation: server.conversations[0] },
                  { status: 202 },
                ),
              );
          }),
        true,
      ),
    );
    visit();
    await write('We are open');
    expect(await bubble('We are open')).toHaveTextContent('Waiting to be sent');
    await waitFor(() => expect(server.sends).toHaveLength(1));
    const row = await bubble('We are open');
    accept();
    await waitFor(() => expect(localStorage.getItem(`livechat.outbox.u1.${server.sends[0]}`)).toBeNull());
    // The server's message takes the place of the local one: the same row, not a second one.
    expect(await bubble('We are open')).toBe(row);
    expect(stored()).toEqual(['We are open']);
  });

  it('that a second click or a second Enter sends again is sent once', async () => {
    visit();
    const text = await field();
    await userEvent.type(text, 'Once');
    const send = screen.getByRole('button', { name: 'Send' });
    await userEvent.dblClick(send);
    await userEvent.type(text, '{Enter}{Enter}');
    await waitFor(() => expect(stored()).toEqual(['Once']));
    expect(server.sends).toHaveLength(1);
    expect(text).toHaveValue('');
  });

  it('survives a reload before its answer, and arrives once', async () => {
    server.answers.push(answered(never, true));
    const first = visit();
    await write('Before the reload');
    await waitFor(() => expect(server.sends).toHaveLength(1));
    first.unmount();
    visit();
    await bubble('Before the reload');
    await waitFor(() => expect(server.sends).toHaveLength(2));
    expect(new Set(server.sends).size).toBe(1);
    expect(stored()).toEqual(['Before the reload']);
    await waitFor(() => expect(Object.keys(localStorage).filter((key) => key.includes('outbox.u1.') && !key.endsWith('.'))).toEqual([]));
    await bubble('Before the reload');
  });

  it('that the server stored, while its answer was lost, arrives once and without a hand', async () => {
    server.answers.push(answered(() => HttpResponse.error(), true));
    visit();
    await write('Slowly');
    const row = await bubble('Slowly');
    await waitFor(() => expect(row).toHaveTextContent('Waiting for network'));
    expect(row).toHaveTextContent('Waiting to be sent');
    await waitFor(() => expect(document.title).toBe('Live Chat · 1 unsent'));
    expect(await screen.findByText('Unsent:')).toBeInTheDocument();
    await waitFor(() => expect(server.sends).toHaveLength(2));
    expect(new Set(server.sends).size).toBe(1);
    await waitFor(() => expect(row).not.toHaveTextContent('Waiting for network'));
    expect(stored()).toEqual(['Slowly']);
    await bubble('Slowly');
    await waitFor(() => expect(document.title).toBe('Live Chat'));
  });

  it.each([
    ['a page in place of JSON', () => new HttpResponse('<html>Welcome</html>', { headers: { 'Content-Type': 'text/html' } })],
    ['JSON of somebody else', () => HttpResponse.json({ ok: true })],
    ['an empty answer', () => new HttpResponse(null, { status: 200, headers: { 'Content-Length': '0' } })],
    ['a proxy’s 502', () => new HttpResponse('<h1>Bad gateway</h1>', { status: 502 })],
    ['a proxy’s 404', () => new HttpResponse('<h1>Not found</h1>', { status: 404 })],
  ])('that is answered by %s is not taken for stored, and goes by itself', async (_, answer) => {
    server.answers.push(answered(answer));
    visit();
    await write('Through');
    await waitFor(() => expect(stored()).toEqual(['Through']));
    expect(new Set(server.sends).size).toBe(1);
    expect(await bubble('Through')).not.toHaveTextContent('Not sent');
  });

  it('that finds the session ended waits for the sign-in, which it asks for, and then goes', async () => {
    const refuse = () => problem(401, 'unauthorized', 'Sign in.');
    // The token that comes after the first refusal is refused as well.
    server.answers.push(answered(refuse), answered(refuse));
    const onSignedOut = vi.fn<() => void>();
    const page = visit(session, onSignedOut);
    await write('Half past');
    await waitFor(() => expect(onSignedOut).toHaveBeenCalled());
    expect(await bubble('Half past')).toHaveTextContent('Waiting until you are signed in');
    page.again({ ...session });
    await waitFor(() => expect(stored()).toEqual(['Half past']));
    expect(new Set(server.sends).size).toBe(1);
  });

  it('says of its link’s preview what the agent has said, and nothing else', async () => {
    visit();
    await write('https://example.com/1');
    await userEvent.type(await field(), 'https://example.com/2');
    await userEvent.click(await screen.findByLabelText('Show a preview of the link'));
    await userEvent.type(await field(), '{Enter}');
    await waitFor(() => expect(stored()).toHaveLength(2));
    expect(server.bodies.map((body) => Reflect.get(body, 'preview_url') as unknown)).toEqual([undefined, false]);
  });

  it('is tried again by itself while the server is busy', async () => {
    server.answers.push(answered(() => problem(503, 'unavailable', 'Busy.')));
    visit();
    await write('Busy now');
    await waitFor(() => expect(stored()).toEqual(['Busy now']), { timeout: 5000 });
    expect(new Set(server.sends).size).toBe(1);
    expect(await bubble('Busy now')).not.toHaveTextContent('Not sent');
  });

  it('that comes too late for the window says so, and offers a template as well as another try', async () => {
    server.answers.push(answered(() => problem(409, 'service_window_closed', 'The 24 hours are over.')));
    visit();
    await write('Too late');
    const row = await bubble('Too late');
    await waitFor(() => expect(row).toHaveTextContent('Not sent. The 24 hours are over.'));
    const names = within(row).getAllByRole('button').map((button) => button.textContent);
    expect(names).toEqual(['Send a template', 'Try again', 'Delete']);
    expect(stored()).toEqual([]);
  });

  it('that was refused for good offers no other try, and holds nothing back', async () => {
    server.answers.push(answered(() => problem(422, 'validation_error', 'This cannot be sent.')));
    visit();
    await write('Refused');
    await write('The next one');
    const row = await bubble('Refused');
    await waitFor(() => expect(row).toHaveTextContent('Not sent. This cannot be sent.'));
    expect(within(row).queryByRole('button', { name: 'Try again' })).toBeNull();
    await waitFor(() => expect(stored()).toEqual(['The next one']));
    await userEvent.click(within(row).getByRole('button', { name: 'Delete' }));
    await waitFor(() => expect(screen.queryByText('Refused')).toBeNull());
    expect(server.sends).toHaveLength(2);
  });
});

describe('a reply that resolves', () => {
  const asked: unknown[] = [];
  const undone: unknown[] = [];
  const last = () => server.messages.at(-1) ?? null;
  const isResolved = () =>
    HttpResponse.json({ ...anOpenConversation({ last_message: last(), status: 'resolved', version: 2 }), operation_id: 'o1' });
  const answersStatus = (answer: () => Response) =>
    server.network.use(
      http.put('*/api/live-chat/conversations/:id/status', async ({ request }) => {
        asked.push(await request.json());
        return answer();
      }),
      http.post('*/api/live-chat/undo', async ({ request }) => {
        undone.push(await request.json());
        return HttpResponse.json({ undone: ['c1'], skipped: [] });
      }),
    );
  const changed = () =>
    HttpResponse.json(
      { status: 409, code: 'conversation_changed', title: 'Not as you saw it.', conversation: anOpenConversation({ version: 3 }), changed_by: null },
      { status: 409 },
    );
  const conditions = () => server.bodies.map((body) => Reflect.get(body, 'expected') as unknown);
  beforeEach(() => {
    asked.length = 0;
    undone.length = 0;
    changeSettings({ afterResolve: 'list' });
    server.conversations = [anOpenConversation({ last_message: last() })];
    answersStatus(isResolved);
  });
  afterEach(() => {
    server.network.resetHandlers();
    changeSettings({ afterResolve: 'stay' });
  });
  // What it is sent by is loaded behind the field.
  const finish = async (text: string, keys = '{Control>}{Shift>}{Enter}{/Shift}{/Control}') => {
    await screen.findByRole('button', { name: 'More ways to send' });
    await screen.findByRole('button', { name: 'Resolve' });
    await userEvent.type(await field(), text + keys);
  };

  it('goes where the agent has seen all, resolves when it is stored, and goes on as they like', async () => {
    visit();
    // An empty field has nothing to send, so nothing is resolved.
    await finish('', '{Meta>}{Shift>}{Enter}{/Shift}{/Meta}');
    await finish('All the best');
    expect(await screen.findByText('Sent, and the conversation with Asha Kulkarni is resolved.')).toBeVisible();
    expect(conditions()).toEqual([{ last_message_id: 'm1' }]);
    expect(asked).toEqual([{ status: 'resolved', expected: { last_message_id: last()?.id } }]);
    await waitFor(() => expect(location.pathname).toBe('/live-chat'));
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(undone).toEqual([{ operation_id: 'o1' }]));
  });

  it('is held back where something was said meanwhile, and then goes alone', async () => {
    server.answers.push(answered(changed));
    visit();
    await finish('All the best');
    expect(await screen.findByText(/Nothing was sent or resolved/)).toBeVisible();
    const row = await bubble('All the best');
    await userEvent.click(await within(row).findByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(stored()).toEqual(['All the best']));
    expect(conditions()).toEqual([{ last_message_id: 'm1' }, undefined]);
    expect(asked).toEqual([]);
  });

  it('leaves open what the customer writes after it, and says so', async () => {
    answersStatus(changed);
    visit();
    await finish('All the best');
    expect(await screen.findByText(/something new was said since: .* is not resolved/)).toBeVisible();
    expect(stored()).toEqual(['All the best']);
    expect(location.pathname).toBe('/live-chat/c1');
  });

  it('takes the resolving along over an outage and a reload, and resolves once', async () => {
    server.answers.push(answered(() => HttpResponse.error()));
    const first = visit();
    await finish('All the best');
    await waitFor(async () => expect(await bubble('All the best')).toHaveTextContent('The conversation is resolved then.'));
    expect(asked).toEqual([]);
    first.unmount();
    // The server stores it, and is gone before it can resolve.
    let isAway = true;
    answersStatus(() => (isAway ? HttpResponse.error() : isResolved()));
    visit();
    await waitFor(() => expect(asked).toHaveLength(1), { timeout: 5000 });
    isAway = false;
    expect(await screen.findByText(/is resolved\.$/, {}, { timeout: 5000 })).toBeVisible();
    expect(stored()).toEqual(['All the best']);
    expect(new Set(server.sends).size).toBe(1);
  });

  it('does not overtake what is still on its way, nor go with files: it stays in the field', async () => {
    server.answers.push(answered(never));
    visit();
    await write('First');
    await finish('All the best');
    expect(await screen.findByText(/Your last reply is still on its way/)).toBeVisible();
    expect(await field()).toHaveValue('All the best');
    expect(server.sends).toHaveLength(1);
    expect(asked).toEqual([]);
  });
});
