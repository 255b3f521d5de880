// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { FakeServer, problem } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import { aConversation, aMember } from '../../testing/samples';
import NoteComposer from './note-composer';

const server = new FakeServer();
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
afterEach(() => server.network.resetHandlers());

let sent: { key: string | null; body: unknown }[] = [];
const answers: (() => Response)[] = [];
beforeEach(() => {
  sent = [];
  localStorage.clear();
  server.members = [aMember({ user_id: 'u1', name: 'Ines' }), aMember(), aMember({ user_id: 'u-bea', name: 'Béa Otto' })];
  server.network.use(
    http.post('*/api/live-chat/conversations/c1/notes', async ({ request }) => {
      sent.push({ key: request.headers.get('Idempotency-Key'), body: await request.json() });
      return (answers.shift() ?? (() => HttpResponse.json({ id: 'n1' }, { status: 201 })))();
    }),
  );
});
const show = () => renderInPage(<NoteComposer id="composer" conversation={aConversation()} onReply={null} />);

it('mentions by keyboard, and keeps the id in the place of the name', async () => {
  show();
  const field = screen.getByRole('textbox', { name: 'Private note' });
  await userEvent.type(field, 'Ask @bea');
  await waitFor(() => expect(screen.getByRole('option', { name: 'Béa Otto' })).toHaveAttribute('aria-selected', 'true'));
  await userEvent.keyboard('{Enter}');
  expect(field).toHaveValue('Ask @Béa Otto ');
  await userEvent.type(field, 'first{Enter}');
  await waitFor(() => expect(sent.map((one) => one.body)).toEqual([{ body: 'Ask @[u-bea] first', mentions: [{ user_id: 'u-bea' }] }]));
  await waitFor(() => expect(field).toHaveValue(''));
  await userEvent.type(field, '@bea{Enter}{Enter}');
  await waitFor(() => expect(sent.map((one) => one.body).at(-1)).toEqual({ body: '@[u-bea]', mentions: [{ user_id: 'u-bea' }] }));
});

it('keeps what could not be stored, and tries again under the same key', async () => {
  answers.push(() => problem(503, 'unavailable', 'Busy.'));
  const { unmount } = show();
  await userEvent.type(screen.getByRole('textbox'), 'Paid twice{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('Busy.');
  await userEvent.click(screen.getByRole('button', { name: 'Add note' }));
  await waitFor(() => expect(screen.getByRole('textbox')).toHaveValue(''));
  expect(sent).toHaveLength(2);
  expect(sent[0]?.key).toBe(sent[1]?.key);
  // What is not sent yet is there again after a visit elsewhere.
  await userEvent.type(screen.getByRole('textbox'), 'Half a th');
  unmount();
  show();
  expect(screen.getByRole('textbox')).toHaveValue('Half a th');
});
