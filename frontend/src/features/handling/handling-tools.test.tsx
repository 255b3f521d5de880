// @vitest-environment jsdom
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { PassingNotices } from '../../components/passing-notice';
import { keys } from '../../lib/keys';
import type { Conversation } from '../../lib/types';
import { FakeServer } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import { aConversation, aMember, aMessage } from '../../testing/samples';
import HandlingTools from './handling-tools';
import { tellResolved } from './resolved-here';

const API = '*/api/live-chat/conversations/:id';
const server = new FakeServer();
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
afterEach(() => server.network.resetHandlers());

let bodies: unknown[] = [];
beforeEach(() => {
  bodies = [];
  server.role = 'admin';
  server.labels = [
    { id: 'l1', name: 'Refund', colour: '#b91c1c', group: null },
    { id: 'l2', name: 'Ärger', colour: '#0000ff', group: null },
  ];
  server.members = [aMember({ user_id: 'u1', name: 'Ines' }), aMember(), aMember({ user_id: 'chika', name: 'Chika' })];
});

const ben = { user_id: 'ben', name: 'Ben' };
function show(given: Partial<Conversation> = {}) {
  const conversation = aConversation(given);
  const tools = (
    <>
      <HandlingTools conversation={conversation} />
      <PassingNotices />
    </>
  );
  const page = renderInPage(tools);
  page.client.setQueryData(keys.conversation('c1'), conversation);
  return { ...page, known: () => page.client.getQueryData<Conversation>(keys.conversation('c1')) };
}
const press = (code: string) => fireEvent.keyDown(window, { code, altKey: true });
const option = (name: string) => screen.findByRole('option', { name: new RegExp(name) });

it('claims a conversation that is nobody’s, by keyboard alone', async () => {
  server.network.use(
    http.post(`${API}/claim`, () =>
      HttpResponse.json({ ...aConversation({ assignee: { user_id: 'u1', name: 'Ines' }, version: 1 }), operation_id: 'o1' }),
    ),
  );
  const page = show();
  press('KeyA');
  await option('Assign to me');
  await userEvent.keyboard('{Enter}');
  expect(await screen.findByText('This conversation is yours.')).toBeVisible();
  expect(page.known()).toMatchObject({ assignee: { user_id: 'u1' }, version: 1 });
  expect(page.known()).not.toHaveProperty('operation_id');
});

it('takes by one key what is nobody’s, asks for what is somebody’s, and leaves what is theirs', async () => {
  let claims = 0;
  server.network.use(
    http.post(`${API}/claim`, () => {
      claims += 1;
      return HttpResponse.json({ ...aConversation({ assignee: { user_id: 'u1', name: 'Ines' } }), operation_id: 'o1' });
    }),
  );
  const page = show();
  press('KeyC');
  await waitFor(() => expect(page.known()?.assignee?.user_id).toBe('u1'));
  page.unmount();
  const mine = show({ assignee: { user_id: 'u1', name: 'Ines' } });
  press('KeyC');
  expect(screen.queryByRole('dialog')).toBeNull();
  mine.unmount();
  show({ assignee: ben });
  press('KeyC');
  expect(await screen.findByRole('dialog', { name: 'Assign' })).toBeVisible();
  expect(claims).toBe(1);
});

it('puts off by one key what is open', async () => {
  show({ status: 'resolved' }).unmount();
  show();
  press('KeyZ');
  expect(await screen.findByRole('dialog', { name: 'Snooze' })).toBeVisible();
});

it('says who was quicker, and shows how it stands now', async () => {
  server.network.use(
    http.post(`${API}/claim`, () =>
      HttpResponse.json(
        { status: 409, code: 'conversation_changed', detail: 'x', conversation: aConversation({ assignee: ben, version: 1 }), changed_by: ben },
        { status: 409 },
      ),
    ),
  );
  const page = show();
  press('KeyA');
  await userEvent.click(await option('Assign to me'));
  expect(await screen.findByText('Ben was quicker. The conversation is with Ben now.')).toBeVisible();
  expect(page.known()?.assignee).toEqual(ben);
});

it('asks before it takes over, and says whom it expects to take from', async () => {
  server.network.use(
    http.put(`${API}/assignment`, async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json({ ...aConversation({ version: 2 }), operation_id: 'o2' });
    }),
  );
  show({ assignee: ben, version: 1 });
  await userEvent.click(screen.getByRole('button', { name: 'Assigned to: Ben' }));
  await userEvent.click(await option('Assign to me'));
  const question = await screen.findByRole('dialog', { name: 'Take over from Ben?' });
  expect(bodies).toEqual([]);
  await userEvent.click(within(question).getByRole('button', { name: 'Take over' }));
  await waitFor(() => expect(bodies).toEqual([{ assignee_id: 'u1', expected: { assignee_id: 'ben' } }]));
});

it('puts labels on and takes them off, found without their accents', async () => {
  const asked: string[] = [];
  const answer = ({ request }: { request: Request }) => {
    asked.push(`${request.method} ${new URL(request.url).pathname.split('/').at(-1)}`);
    return HttpResponse.json({ ...aConversation({ version: 1 }), operation_id: 'o3' });
  };
  server.network.use(http.put(`${API}/labels/:label`, answer), http.delete(`${API}/labels/:label`, answer));
  show({ labels: [{ id: 'l1', name: 'Refund', colour: '#b91c1c' }] });
  press('KeyL');
  expect(await option('Refund')).toHaveAttribute('aria-selected', 'true');
  await userEvent.keyboard('arg{Enter}');
  await waitFor(() => expect(asked).toEqual(['PUT l2']));
  await userEvent.click(await option('Refund'));
  await waitFor(() => expect(asked).toEqual(['PUT l2', 'DELETE l1']));
});

it('offers to make a label of what was typed to an admin alone', async () => {
  const page = show();
  press('KeyL');
  await option('Refund');
  await userEvent.keyboard('VIP');
  expect(await option('Make the label “VIP”')).toBeVisible();
  page.unmount();
  server.role = 'agent';
  show();
  press('KeyL');
  await option('Refund');
  await userEvent.keyboard('VIP');
  expect(await screen.findByText('No such label. An admin can make one.')).toBeVisible();
  expect(screen.queryByRole('option')).toBeNull();
});

it('resolves by Alt+R what has been seen, and offers to undo it', async () => {
  const undone: unknown[] = [];
  server.network.use(
    http.put(`${API}/status`, async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json({ ...aConversation({ status: 'resolved', version: 1 }), operation_id: 'o4' });
    }),
    http.post('*/api/live-chat/undo', async ({ request }) => {
      undone.push(await request.json());
      return HttpResponse.json({ operation_id: 'o5', undone: [], skipped: [{ conversation_id: 'c1', reason: 'changed', changed_by: ben }] });
    }),
  );
  const page = show({ last_message: aMessage({ id: 'm9' }) });
  press('KeyR');
  expect(await screen.findByText('The conversation is resolved.')).toBeVisible();
  expect(bodies).toEqual([{ status: 'resolved', expected: { last_message_id: 'm9' } }]);
  expect(page.known()?.status).toBe('resolved');
  fireEvent.keyDown(document.body, { code: 'KeyZ', ctrlKey: true });
  expect(await screen.findByText('Not undone: Ben has changed it since.')).toBeVisible();
  expect(undone).toEqual([{ operation_id: 'o4' }]);
});

it('buries nothing that was said meanwhile', async () => {
  const late = aConversation({ last_message: aMessage({ id: 'm2', text: 'Wait!' }) });
  server.network.use(
    http.put(`${API}/status`, () => HttpResponse.json({ status: 409, code: 'conversation_changed', conversation: late, changed_by: null }, { status: 409 })),
  );
  const page = show({ last_message: aMessage({ id: 'm1' }) });
  await userEvent.click(screen.getByRole('button', { name: 'Resolve' }));
  expect(await screen.findByText(/Nothing was changed/)).toBeVisible();
  expect(page.known()).toMatchObject({ status: 'open', last_message: { text: 'Wait!' } });
});

it('puts off until the customer replies, or until a time that is still to come', async () => {
  server.network.use(
    http.put(`${API}/status`, async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json({ ...aConversation({ status: 'snoozed', version: 1 }), operation_id: 'o6' });
    }),
  );
  show();
  await userEvent.click(screen.getByRole('button', { name: 'Snooze' }));
  const field = await screen.findByLabelText('Another time');
  fireEvent.change(field, { target: { value: '2020-01-01T09:00' } });
  await userEvent.click(screen.getByText('Snooze until then'));
  expect(await screen.findByText('Choose a time that is still to come.')).toBeVisible();
  await userEvent.click(screen.getByText('Until they reply'));
  expect(await screen.findByText('Snoozed until they reply.')).toBeVisible();
  expect(bodies).toEqual([{ status: 'snoozed', snooze_kind: 'reply', expected: { last_message_id: null } }]);
});

it('takes a time in words, shows which one it is before it is taken, and minds the window', async () => {
  server.network.use(
    http.put(`${API}/status`, async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json({ ...aConversation({ status: 'snoozed', version: 1 }), operation_id: 'o7' });
    }),
  );
  const closes = new Date(Date.now() + 2.5 * 3600_000);
  show({ window_expires_at: closes.toISOString() });
  press('KeyZ');
  const words = await screen.findByLabelText('In words');
  expect(words).toHaveFocus();
  await userEvent.type(words, 'yesterday 9{Enter}');
  expect(await screen.findByText(/^That is .*, which is over\.$/)).toBeVisible();
  await userEvent.clear(words);
  await userEvent.type(words, 'at some point{Enter}');
  expect(screen.getByText(/names no time that is understood/)).toBeVisible();
  expect(bodies).toEqual([]);
  await userEvent.clear(words);
  await userEvent.type(words, 'in 30 min');
  expect(screen.getByText(/^That is /)).toBeVisible();
  expect(screen.queryByText(/closes before that/)).toBeNull();
  await userEvent.clear(words);
  await userEvent.type(words, 'in 3 days 9:30');
  expect(screen.getByText(/closes before that/)).toBeVisible();
  const own = screen.getByLabelText<HTMLInputElement>('Another time');
  expect(own.value).toMatch(/T09:30$/);
  await userEvent.click(screen.getByRole('button', { name: 'Take an hour before it closes' }));
  expect(words).toHaveValue('');
  expect(screen.queryByText(/closes before that/)).toBeNull();
  await userEvent.type(words, 'tomorrow 9{Enter}');
  await waitFor(() => expect(bodies).toEqual([expect.objectContaining({ status: 'snoozed', snooze_kind: 'time_or_reply' })]));
  const tomorrow = new Date();
  tomorrow.setDate(tomorrow.getDate() + 1);
  tomorrow.setHours(9, 0, 0, 0);
  expect(bodies[0]).toHaveProperty('snoozed_until', tomorrow.toISOString());
});

it('goes on after a reply that has resolved this conversation, and no other', () => {
  const done = vi.fn<() => void>();
  renderInPage(<HandlingTools conversation={aConversation()} onResolved={done} />);
  tellResolved('c2');
  expect(done).not.toHaveBeenCalled();
  tellResolved('c1');
  expect(done).toHaveBeenCalledTimes(1);
});
