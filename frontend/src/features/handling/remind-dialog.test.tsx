// @vitest-environment jsdom
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PassingNotices } from '../../components/passing-notice';
import { FakeServer } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import { aConversation } from '../../testing/samples';
import HandlingFacts from './handling-facts';

const server = new FakeServer();
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());

it('whoever may only read is reminded, too, of what they wrote down', async () => {
  const bodies: { due_at: string; text: string }[] = [];
  server.role = 'viewer';
  server.network.use(
    http.post('*/conversations/c1/reminders', async ({ request }) => {
      const body = (await request.json()) as { due_at: string; text: string };
      bodies.push(body);
      return HttpResponse.json({ id: 'r1', conversation_id: 'c1', ...body, created_at: body.due_at, told_at: null, done_at: null }, { status: 201 });
    }),
  );
  renderInPage(
    <>
      <HandlingFacts conversation={aConversation()} onMarkUnread={() => undefined} onNote={() => undefined} />
      <PassingNotices />
    </>,
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Remind me' }));
  await userEvent.type(screen.getByLabelText('What about'), ' Parcel ');
  await userEvent.click(screen.getByRole('button', { name: /^Tomorrow morning/ }));
  expect(await screen.findByText(/^You are reminded /)).toBeVisible();
  expect(bodies).toEqual([{ due_at: expect.any(String) as string, text: 'Parcel' }]);
  expect(screen.queryByRole('dialog')).toBeNull();
});
