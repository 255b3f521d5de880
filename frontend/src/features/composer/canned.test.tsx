// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { FakeServer, anOpenConversation } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import { Composer } from './composer';

const server = new FakeServer();
const CANNED = '*/workspaces/:id/canned-replies';
const about = { team_id: null, owner_user_id: null, content: null, media_ids: [], media: [], created_at: '', updated_at: '' };
const greeting = { ...about, id: 'c1', scope: 'workspace', shortcut: 'hello', title: 'Greeting', body: 'Hello {{contact.name}}!' };
const prices = {
  ...about,
  id: 'c2',
  scope: 'personal',
  shortcut: 'prices',
  title: 'Prices',
  body: 'Our prices',
  media_ids: ['m1'],
  media: [{ id: 'm1', kind: 'document', filename: 'prices.pdf' }],
};
const parts: unknown[] = [];
let unfilled: string[] = [];
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
beforeEach(() => {
  localStorage.clear();
  parts.length = 0;
  unfilled = [];
  server.conversations = [anOpenConversation()];
  server.network.resetHandlers();
  server.network.use(
    http.get(CANNED, () => HttpResponse.json({ canned_replies: [greeting, prices] })),
    http.post(`${CANNED}/:one/render`, ({ params }) => {
      const text = params.one === 'c2' ? 'Our prices' : unfilled.length > 0 ? greeting.body : 'Hello Asha!';
      return HttpResponse.json({ text, content: null, unfilled });
    }),
    http.post('*/send-message', async ({ request }) => {
      parts.push(await request.json());
      return HttpResponse.json({ code: 'unavailable', detail: 'Not now.' }, { status: parts.length === 1 ? 503 : 400 });
    }),
  );
});

async function open() {
  const page = renderInPage(
    <Composer id="composer" conversation={anOpenConversation()} onUp={() => undefined} renderTools={() => null} closedAction={null} />,
  );
  await screen.findByLabelText('Insert an emoji');
  return page;
}
const field = () => screen.getByLabelText<HTMLTextAreaElement>('Reply to Asha Kulkarni');

it('puts a reply where its shortcut was typed, in the middle of a text', async () => {
  const { sent } = await open();
  await userEvent.type(field(), 'Well,  then');
  await userEvent.type(field(), '/hel', { initialSelectionStart: 6, initialSelectionEnd: 6 });
  await waitFor(() => expect(screen.getByRole('listbox')).toHaveAccessibleName('Canned replies'));
  expect(screen.getByRole('option').textContent).toContain('/hello · Greeting');
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(field()).toHaveValue('Well, Hello Asha! then'));
  expect(field().selectionStart).toBe('Well, Hello Asha!'.length);
  expect(sent).toEqual([]);
  await userEvent.keyboard('{Enter}');
  expect(sent.map(({ text }) => text)).toEqual(['Well, Hello Asha! then']);
});

it('sends nothing that is not filled in, and shows where that is', async () => {
  unfilled = ['contact.name'];
  const { sent } = await open();
  await userEvent.type(field(), '/hello');
  await userEvent.click(await screen.findByRole('option'));
  await waitFor(() => expect(field()).toHaveValue('Hello {{contact.name}}!'));
  const selected = () => field().value.slice(field().selectionStart, field().selectionEnd);
  expect(selected()).toBe('{{contact.name}}');
  field().setSelectionRange(0, 0);
  await userEvent.keyboard('{Enter}');
  expect(sent).toEqual([]);
  expect(selected()).toBe('{{contact.name}}');
  expect(screen.getByText('Fill in what stands in double braces')).toBeVisible();
  await userEvent.keyboard('Asha');
  await userEvent.keyboard('{Enter}');
  expect(sent.map(({ text }) => text)).toEqual(['Hello Asha!']);
});

it('shows a reply with files before it goes out, and sends the text as the caption', async () => {
  await open();
  await userEvent.type(field(), 'Hi /pri');
  await userEvent.click(await screen.findByRole('option'));
  const sheet = within(await screen.findByRole('dialog', { name: 'Prices' }));
  expect(screen.getByText('prices.pdf')).toBeVisible();
  const send = () => userEvent.click(sheet.getByRole('button', { name: 'Send' }));
  await send();
  expect(await screen.findByText('Not now.')).toBeVisible();
  await send();
  await waitFor(() => expect(parts).toHaveLength(2));
  // Tried again under the same key: the server sends it once.
  expect(parts[0]).toMatchObject({ message_type: 'document', document: { media_id: 'm1', caption: 'Our prices' } });
  expect(parts[1]).toEqual(parts[0]);
});
