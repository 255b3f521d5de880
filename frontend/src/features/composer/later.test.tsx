// @vitest-environment jsdom
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { PassingNotices } from '../../components/passing-notice';
import { tellHearers } from '../../lib/event-hub';
import { FakeServer, anOpenConversation, problem } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import { aMessage, aScheduledMessage } from '../../testing/samples';
import { Composer } from './composer';
import ScheduledStrip from './scheduled-strip';

const API = '*/api/live-chat/scheduled-messages';
const server = new FakeServer();
let bodies: Record<string, unknown>[] = [];
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
beforeEach(() => {
  localStorage.clear();
  bodies = [];
  server.conversations = [anOpenConversation()];
  server.scheduled = [];
  const take = async (request: Request) => {
    const body = (await request.json()) as Record<string, unknown>;
    bodies.push(body);
    const given = { send_at: body.send_at as string, ...(body.message === undefined ? {} : { text: body.message as string }) };
    server.scheduled = [aScheduledMessage({ ...server.scheduled[0], ...given, state: 'scheduled' })];
    return server.scheduled[0];
  };
  server.network.use(
    http.post(API, async ({ request }) => HttpResponse.json(await take(request), { status: 201 })),
    http.patch(`${API}/:id`, async ({ request }) => HttpResponse.json(await take(request))),
    http.delete(`${API}/:id`, () => {
      server.scheduled = [];
      return new HttpResponse(null, { status: 204 });
    }),
  );
});
afterEach(() => server.network.resetHandlers());

const show = (mayHandle = true) =>
  renderInPage(
    <>
      <ScheduledStrip conversation={anOpenConversation()} mayHandle={mayHandle} />
      <Composer id="composer" conversation={anOpenConversation()} onUp={() => undefined} renderTools={() => null} closedAction={null} />
      <PassingNotices />
    </>,
  );
const field = () => screen.getByLabelText<HTMLTextAreaElement>('Reply to Asha Kulkarni');
const strip = () => screen.findByRole('list', { name: 'To be sent later' });

it('what is written is sent later, in place of now, and leaves the field', async () => {
  const { sent } = show();
  await screen.findByLabelText('Insert an emoji');
  expect(screen.queryByRole('button', { name: 'Send later' })).toBeNull();
  await userEvent.type(field(), 'Did it come?');
  await userEvent.click(await screen.findByRole('button', { name: 'Send later' }));
  const dialog = within(screen.getByRole('dialog', { name: 'Send later' }));
  fireEvent.change(dialog.getByLabelText('Another time'), { target: { value: '2020-01-01T09:00' } });
  await userEvent.click(dialog.getByRole('button', { name: 'Send then' }));
  expect(dialog.getByText('Choose a time that is still to come.')).toBeVisible();
  await userEvent.click(dialog.getByLabelText('Not if they write before'));
  await userEvent.click(dialog.getByRole('button', { name: /^Tomorrow morning/ }));
  expect(within(await strip()).getByText('Did it come?')).toBeVisible();
  expect(bodies).toEqual([
    expect.objectContaining({ conversation_id: 'c1', message: 'Did it come?', cancel_if_customer_writes: true, reply_to: null }),
  ]);
  expect(Date.parse(bodies[0]?.send_at as string)).toBeGreaterThan(Date.now());
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(field()).toHaveValue('');
  await waitFor(() => expect(field()).toHaveFocus());
  expect(sent).toEqual([]);
});

it('what nobody has filled is not kept, and what the server refuses stays in the field', async () => {
  show();
  await screen.findByLabelText('Insert an emoji');
  fireEvent.change(field(), { target: { value: 'Hello {{contact.first_name}}' } });
  await userEvent.click(await screen.findByRole('button', { name: 'Send later' }));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(field()).toHaveFocus();
  server.network.use(http.post(API, () => problem(409, 'service_window_closed', 'The window is shut.')));
  fireEvent.change(field(), { target: { value: 'Hello' } });
  await userEvent.click(screen.getByRole('button', { name: 'Send later' }));
  await userEvent.click(screen.getByRole('button', { name: /^In an hour/ }));
  expect(await screen.findByText('The window is shut.')).toBeVisible();
  expect(field()).toHaveValue('Hello');
});

it('its author changes it, says when to try again, or takes it back', async () => {
  server.scheduled = [aScheduledMessage({ state: 'needs_attention', reason: 'service_window_closed', detail: 'Only a template.' })];
  show();
  expect(within(await strip()).getByText('Not sent: Only a template.')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Change: Did it come?' }));
  const text = screen.getByLabelText('Message');
  await userEvent.clear(text);
  await userEvent.type(text, 'Did it?');
  await userEvent.click(screen.getByRole('button', { name: /^In an hour/ }));
  expect(await screen.findByText('Did it?')).toBeVisible();
  expect(bodies).toEqual([{ send_at: expect.any(String) as string, message: 'Did it?' }]);
  await userEvent.click(screen.getByRole('button', { name: 'Do not send: Did it?' }));
  expect(await screen.findByText('It is not sent.')).toBeVisible();
  await waitFor(() => expect(screen.queryByRole('list', { name: 'To be sent later' })).toBeNull());
});

it('a colleague’s may be taken back, who only reads sees it, and what was sent leaves the strip', async () => {
  server.scheduled = [aScheduledMessage({ author: { user_id: 'ben', name: 'Ben' } })];
  const { unmount } = show();
  expect(within(await strip()).getByText('by Ben')).toBeVisible();
  expect(screen.queryByRole('button', { name: /^Change/ })).toBeNull();
  expect(screen.getByRole('button', { name: /^Do not send/ })).toBeVisible();
  unmount();
  show(false);
  await strip();
  expect(screen.queryByRole('button', { name: /^Do not send/ })).toBeNull();
  server.scheduled = [];
  tellHearers({ type: 'message.created', message: aMessage(), conversation: null });
  await waitFor(() => expect(screen.queryByRole('list', { name: 'To be sent later' })).toBeNull());
});
