// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { PassingNotices } from '../../../components/passing-notice';
import { tellHearers } from '../../../lib/event-hub';
import { keys } from '../../../lib/keys';
import { everything, type ListFilter } from '../../../lib/list-filter';
import type { Conversation, Job } from '../../../lib/types';
import { aNumber, anOpenConversation, FakeServer, problem } from '../../../testing/fake-server';
import { renderInPage } from '../../../testing/in-page';
import { aJob } from '../../../testing/samples';
import BulkBar from './bulk-bar';

const server = new FakeServer();
let asked: object[];
let undone: object[];
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
beforeEach(() => {
  [asked, undone] = [[], []];
  server.network.use(
    http.post('*/bulk', async ({ request }) => {
      asked.push((await request.json()) as object);
      return HttpResponse.json({ job: aJob({ total: 3 }) }, { status: 202 });
    }),
    http.post('*/undo', async ({ request }) => {
      undone.push((await request.json()) as object);
      return HttpResponse.json({ undone: ['a', 'b'], skipped: [{ conversation_id: 'c', reason: 'changed', changed_by: null }] });
    }),
    http.get('*/jobs/j1/items', ({ request }) => {
      const items = ['pending', 'done', 'skipped', 'failed'].map((state) => ({ conversation_id: 'b', state, reason: 'conversation_changed' }));
      const states = new URL(request.url).searchParams.getAll('state');
      return HttpResponse.json({ items: items.filter(({ state }) => states.includes(state)).slice(0, 1), next_cursor: null });
    }),
  );
  server.conversations = ['a', 'b', 'c'].map((id) => anOpenConversation({ id, customer_name: `Customer ${id}` }));
});

const on = { onChooseListed: vi.fn<() => void>(), onChooseMatching: vi.fn<() => void>(), onChooseNone: vi.fn<() => void>(), onOver: vi.fn<() => void>(), onClose: vi.fn<() => void>() };
const open: ListFilter = { ...everything('u1', '100'), status: 'open' };
const tell = (job: Partial<Job>) => tellHearers({ type: 'job.updated', message: null, conversation: null, data: { job: aJob({ total: 3, ...job }) } });

function show(chosen: Conversation[], given: { isAll?: boolean; filter?: ListFilter } = {}) {
  const page = renderInPage(
    <>
      <BulkBar filter={open} isAll={false} chosen={chosen} listed={3} hasMore hrefOf={(id) => `/live-chat/${id}`} {...on} {...given} />
      <PassingNotices />
    </>,
  );
  page.client.setQueryData(keys.phoneNumbers(), [aNumber]);
  return page;
}

it('what is chosen is acted on at once, its way is shown, and all of it is undone as one', async () => {
  show(server.conversations);
  await userEvent.click(screen.getByRole('button', { name: 'Resolve' }));
  expect(await screen.findByText('Working on 3 conversations…')).toBeVisible();
  expect(asked).toEqual([{ action: 'resolve', ids: ['a', 'b', 'c'] }]);
  tell({ state: 'running', done: 2 });
  expect(await screen.findByText('2 of 3')).toBeVisible();
  expect(screen.getByRole('progressbar')).toHaveAttribute('value', '2');
  tell({ state: 'done', done: 3 });
  expect(await screen.findByText('3 conversations resolved.')).toBeVisible();
  expect(on.onOver).toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(await screen.findByText('Undone for 2 conversations. 1 has changed since and stays.')).toBeVisible();
  expect(undone).toEqual([{ operation_id: 'o1' }]);
});

it('names those that were left as they were, with why', async () => {
  show(server.conversations);
  await userEvent.click(screen.getByRole('button', { name: 'Mark as read by me' }));
  await screen.findByText('Working on 3 conversations…');
  tell({ state: 'done', done: 2, skipped: 1 });
  const bar = screen.getByRole('region', { name: 'Selected conversations' });
  expect(await within(bar).findByText('Something new was said or changed meanwhile')).toBeVisible();
  expect(await within(bar).findByRole('link', { name: 'Customer b' })).toHaveAttribute('href', '/live-chat/b');
  expect(within(bar).getByText('2 conversations marked as read. 1 left as it was.')).toBeVisible();
  // What one has read is read.
  expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
  await userEvent.click(within(bar).getByRole('button', { name: 'Close' }));
  expect(await within(bar).findByRole('button', { name: 'Resolve' })).toBeVisible();
});

it('all that match are meant by what the list is narrowed to, and what is refused is said', async () => {
  server.labels = [{ id: 'l1', name: 'Refund', colour: '#b91c1c', group: null }];
  show(server.conversations, { isAll: true, filter: { ...open, scope: 'mine', unread: true, labels: ['l0'], sort: 'waiting' } });
  expect(screen.getByText('All that match are selected')).toBeVisible();
  server.network.use(
    http.post('*/bulk', async ({ request }) => {
      asked.push((await request.json()) as object);
      return problem(422, 'validation_failed', 'Not valid.');
    }),
  );
  await userEvent.click(screen.getByRole('button', { name: 'Labels' }));
  await userEvent.click(await screen.findByRole('option', { name: /Refund.*Add/ }));
  await waitFor(() => expect(asked).toHaveLength(1));
  expect(asked[0]).toEqual({
    action: 'add_label',
    label_id: 'l1',
    filter: { scope: 'mine', status: 'open', unread: 'mine', label: ['l0'], phone_number_id: '100' },
  });
  expect(await screen.findByText('Not valid.')).toBeVisible();
});

it('who takes some from colleagues is asked first, and of two workspaces nothing is assigned', async () => {
  const [a, b, c] = server.conversations as [Conversation, Conversation, Conversation];
  a.assignee = { user_id: 'ben', name: 'Ben' };
  const page = show([a, b]);
  await userEvent.click(screen.getByRole('button', { name: 'Assign' }));
  await userEvent.click(await screen.findByRole('option', { name: 'Assign to me' }));
  expect(asked).toEqual([]);
  await userEvent.click(await screen.findByRole('button', { name: 'Take over' }));
  await waitFor(() => expect(asked).toEqual([{ action: 'assign', assignee_id: 'u1', ids: ['a', 'b'] }]));
  page.unmount();
  show([a, { ...c, workspace_id: 'w2' }]);
  expect(screen.getByRole('button', { name: 'Assign' })).toBeDisabled();
  expect(screen.getByRole('button', { name: 'Snooze' })).toBeEnabled();
});
