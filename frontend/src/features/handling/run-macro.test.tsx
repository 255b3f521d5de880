// @vitest-environment jsdom
import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { PassingNotices } from '../../components/passing-notice';
import { askMacro, hasMacroPlace } from '../../lib/ask-macro';
import { keys } from '../../lib/keys';
import type { Macro, MacroPreview } from '../../lib/types';
import { FakeServer } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import { aConversation } from '../../testing/samples';
import HandlingTools from './handling-tools';

const MACROS = '*/api/live-chat/workspaces/:workspace/macros';
const server = new FakeServer();
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
afterEach(() => server.network.resetHandlers());

const refund: Macro = {
  id: 'm1',
  scope: 'workspace',
  team_id: null,
  owner_user_id: null,
  name: 'Refund',
  steps: [{ action: 'status', status: 'resolved' }],
  created_at: '2026-11-29T10:00:00Z',
  updated_at: '2026-11-29T10:00:00Z',
};
const expected = { assignee_id: null, last_message_id: 'm9' };
const preview: MacroPreview = {
  macro_id: 'm1',
  conversation_id: 'c1',
  expected,
  can_run: true,
  problems: [],
  steps: [
    { action: 'send', changes: [], note: null, messages: [{ message_type: 'text', text: 'Hello Asha!', content: {} }] },
    { action: 'add_label', changes: [{ field: 'label', from: null, to: { id: 'l1', name: 'VIP', colour: '#000000' } }], note: null, messages: [] },
    { action: 'assign', changes: [], note: null, messages: [] },
    { action: 'status', changes: [{ field: 'status', from: 'open', to: 'resolved' }], note: null, messages: [] },
  ],
};

function show(shown: MacroPreview = preview) {
  const asked: { body: unknown; key: string | null }[] = [];
  server.network.use(
    http.get(MACROS, () => HttpResponse.json({ macros: [{ ...refund, id: 'm0', name: 'Another' }, refund] })),
    http.get(`${MACROS}/:macro/preview`, () => HttpResponse.json(shown)),
    http.post(`${MACROS}/:macro/run`, async ({ request }) => {
      asked.push({ body: await request.json(), key: request.headers.get('Idempotency-Key') });
      return HttpResponse.json({ ...aConversation({ status: 'resolved', version: 9 }), operation_id: 'o1', can_undo: true, message_ids: ['m7'] });
    }),
    http.post('*/api/live-chat/undo', () => HttpResponse.json({ operation_id: 'o2', undone: ['c1'], skipped: [] })),
  );
  const conversation = aConversation();
  let resolved = 0;
  const page = renderInPage(
    <>
      <HandlingTools conversation={conversation} onResolved={() => (resolved += 1)} />
      <PassingNotices />
    </>,
  );
  page.client.setQueryData(keys.conversation('c1'), conversation);
  return { ...page, asked, resolved: () => resolved };
}

it('shows what a macro would do, runs it by Enter as it was seen, and takes it back', async () => {
  const page = show();
  fireEvent.keyDown(window, { code: 'KeyM', altKey: true });
  await userEvent.type(await screen.findByRole('combobox', { name: 'Run a macro' }), 'refu');
  await userEvent.keyboard('{Enter}');
  expect(await screen.findByText('Hello Asha!')).toBeVisible();
  expect(screen.getByText('Label VIP added')).toBeVisible();
  expect(screen.getByText('It is so already.')).toBeVisible();
  expect(screen.getByText('Status: Resolved')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Run' })).toHaveFocus();
  await userEvent.keyboard('{Enter}');
  expect(await screen.findByText('Refund is done.')).toBeVisible();
  expect(page.asked).toEqual([{ body: { conversation_id: 'c1', expected }, key: expect.any(String) as string }]);
  expect(page.client.getQueryData(keys.conversation('c1'))).toMatchObject({ status: 'resolved', version: 9 });
  expect(page.client.getQueryData(keys.conversation('c1'))).not.toHaveProperty('message_ids');
  expect(page.resolved()).toBe(1);
  await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(await screen.findByText('Undone.')).toBeVisible();
});

it('says which step cannot be done, and does nothing; the palette may have chosen it', async () => {
  const problems = [{ step: 0, code: 'unfilled', detail: 'Nobody can fill in {{contact.name}} here.', names: ['contact.name'] }];
  const page = show({ ...preview, can_run: false, problems });
  expect(hasMacroPlace()).toBe(true);
  askMacro('m1');
  expect(await screen.findByRole('alert')).toHaveTextContent('Nobody can fill in {{contact.name}} here.');
  expect(screen.getByText('This cannot be run here. Nothing has been done.')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Run' })).toBeDisabled();
  expect(page.asked).toEqual([]);
  page.unmount();
  expect(hasMacroPlace()).toBe(false);
});
