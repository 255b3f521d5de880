// @vitest-environment jsdom
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { FakeServer, anOpenConversation, problem } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import { aNotification } from '../../testing/samples';
import Bell from './bell';

const server = new FakeServer();
const opened: string[] = [];
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
beforeEach(() => {
  opened.length = 0;
  server.conversations = [anOpenConversation()];
  server.notifications = [aNotification({ count: 2 }), aNotification({ id: 'n0', done_at: '2026-11-22T10:00:00.000000Z' })];
});
afterEach(() => server.network.resetHandlers());

async function openList() {
  renderInPage(<Bell onConversation={(id) => opened.push(id)} />);
  await userEvent.click(await screen.findByRole('button', { name: /Notifications/ }));
  return within(screen.getByRole('dialog', { name: 'Notifications' }));
}

it('the bell counts what is not done; a notification leads to its conversation and is done by that', async () => {
  const list = await openList();
  await userEvent.click(await list.findByRole('button', { name: /^You were mentioned in the conversation with Asha Kulkarni.*2 times/ }));
  expect(opened).toEqual(['c1']);
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(await screen.findByRole('button', { name: 'Notifications' })).toBeVisible();
  expect(server.notifications.every((one) => one.done_at !== null)).toBe(true);
});

it('what is marked as done leaves the list, which stays open and says that nothing waits', async () => {
  const list = await openList();
  expect(screen.getByRole('button', { name: 'Notifications: 1 not done', hidden: true })).toBeInTheDocument();
  await userEvent.click(await list.findByRole('button', { name: /^Mark as done/ }));
  expect(await list.findByText('Nothing waits for you')).toBeVisible();
  expect(opened).toEqual([]);
});

it('a list that does not come says so, and comes when it is asked for again', async () => {
  server.network.use(http.get('*/notifications', () => problem(503, 'unavailable', 'Not now.'), { once: true }));
  const list = await openList();
  await userEvent.click(await list.findByRole('button', { name: 'Try again' }));
  expect(await list.findByText(/You were mentioned/)).toBeVisible();
});

it('a reminder says what about, and is done with its notification; a message that was not sent has its own sentence', async () => {
  const done: unknown[] = [];
  const dueAt = '2026-11-22T10:00:00.000000Z';
  server.reminders = [
    { id: 'r1', conversation_id: 'c1', due_at: dueAt, text: 'Ask about the parcel', created_at: dueAt, told_at: dueAt, done_at: null },
  ];
  server.notifications = [
    aNotification({ kind: 'reminder', cause_id: 'r1' }),
    aNotification({ id: 'n2', kind: 'reminder', cause_id: 's1' }),
  ];
  server.network.use(
    http.post('*/reminders/:id/done', ({ params }) => {
      done.push(params.id);
      return params.id === 'r1' ? HttpResponse.json(server.reminders[0]) : problem(404, 'not_found', 'There is none.');
    }),
  );
  const list = await openList();
  expect(await list.findByText('Ask about the parcel')).toBeVisible();
  await userEvent.click(await list.findByRole('button', { name: 'Mark as done: A message to Asha Kulkarni could not be sent' }));
  await userEvent.click(await list.findByRole('button', { name: 'Mark as done: You wanted to be reminded of the conversation with Asha Kulkarni' }));
  expect(await list.findByText('Nothing waits for you')).toBeVisible();
  expect(done).toEqual(['s1', 'r1']);
});
