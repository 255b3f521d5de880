// @vitest-environment jsdom
import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { keys } from '../../lib/keys';
import { aNumber, FakeServer } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import { aConversation, aMessage } from '../../testing/samples';
import { OtherConversations } from './other-conversations';
import { PersonFacts } from './person-facts';
import type { Person } from './person-model';
import { PersonName } from './person-name';
import { Shared } from './shared';

const server = new FakeServer();
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
afterEach(() => server.network.resetHandlers());

const API = '*/api/live-chat';
const PERSON = `${API}/conversations/c1/person`;
const chat = aConversation();
const elsewhere = aConversation({ id: 'c2', phone_number_id: '200', status: 'resolved' });
const ben = { user_id: 'ben', name: 'Ben' };
const aPerson = (given: Partial<Person> = {}): Person => ({
  id: 'p1',
  workspace_id: 'w1',
  display_name: null,
  profile_name: 'asha.k',
  language: 'pt-BR',
  time_zone: null,
  email: null,
  attributes: { vip: true, crm: 'https://crm.example/7' },
  named_by: null,
  named_at: null,
  changed_by: null,
  changed_at: null,
  conversations: [chat, elsewhere],
  ...given,
});

let asked: unknown[] = [];
const answers: (() => Response)[] = [];
beforeEach(() => {
  asked = [];
  server.role = 'agent';
  const attributes = [
    { key: 'crm', name: 'CRM', type: 'link', options: null },
    { key: 'plan', name: 'Plan', type: 'list', options: ['Free', 'Paid'] },
    { key: 'vip', name: 'VIP', type: 'bool', options: null },
  ];
  server.network.use(
    http.get(`${API}/workspaces/:id/attributes`, () => HttpResponse.json({ attributes })),
    http.get(PERSON, () => HttpResponse.json(aPerson())),
    http.patch(PERSON, async ({ request }) => {
      asked.push(await request.json());
      return answers.shift()?.() ?? HttpResponse.json(aPerson());
    }),
  );
});

function shown() {
  renderInPage(
    <>
      <PersonName conversation={chat} name="asha.k" />
      <PersonFacts conversation={chat} />
      <OtherConversations conversation={chat} />
    </>,
  );
  return userEvent.setup();
}

it('whoever names a customer second is told who was first, and may say so again', async () => {
  const now = aPerson({ display_name: 'Asha', named_by: ben, named_at: '2026-11-22T10:00:00Z' });
  answers.push(
    () => HttpResponse.json({ status: 409, code: 'conversation_changed', person: now, conversation: chat, changed_by: ben }, { status: 409 }),
    () => HttpResponse.json({ ...now, display_name: 'Asha K.' }),
  );
  const user = shown();
  await user.click(await screen.findByRole('button', { name: 'Change the name' }));
  const field = screen.getByRole('textbox', { name: 'Name for your team' });
  await user.clear(field);
  await user.type(field, 'Asha K.{Enter}');
  expect((await screen.findByRole('alert')).textContent).toContain('Ben was quicker: the name is “Asha” now.');
  expect((field as HTMLInputElement).value).toBe('Asha K.');
  await user.click(screen.getByRole('button', { name: 'Save mine all the same' }));
  await waitFor(() => expect(screen.queryByRole('textbox')).toBeNull());
  expect(asked).toEqual([
    { display_name: 'Asha K.', expected: { display_name: null } },
    { display_name: 'Asha K.', expected: { display_name: 'Asha' } },
  ]);
  await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toBe('Change the name'));
});

it('a profile is shown by the types of its values, and only what was changed is sent', async () => {
  const user = shown();
  const link = await screen.findByRole('link', { name: 'https://crm.example/7' });
  expect(link.getAttribute('rel')).toBe('noopener noreferrer');
  expect(screen.getByText('Yes')).toBeTruthy();
  const [other] = screen.getAllByRole('listitem');
  expect(other?.querySelector('a')?.getAttribute('href')).toContain('c2');
  await user.click(screen.getByRole('button', { name: 'Edit the profile' }));
  await user.selectOptions(screen.getByRole('combobox', { name: 'Plan' }), 'Paid');
  await user.selectOptions(screen.getByRole('combobox', { name: 'VIP' }), '—');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByRole('form')).toBeNull());
  expect(asked).toEqual([
    { attributes: { plan: 'Paid', vip: null }, expected: { attributes: { plan: null, vip: true } } },
  ]);
});

it('a viewer is offered nothing to change', async () => {
  server.role = 'viewer';
  shown();
  await screen.findByText('Other conversations');
  await waitFor(() => expect(screen.queryByRole('button')).toBeNull());
});

it('what was shared with a customer on another number says so, and leads there', async () => {
  const files = [
    aMessage({ id: 'm1', message_type: 'document', text: 'Invoice' }),
    aMessage({ id: 'm2', message_type: 'document', text: 'Contract', conversation_id: 'c2' }),
  ];
  server.network.use(
    http.get(`${PERSON}/media`, ({ request }) => {
      const isFiles = new URL(request.url).searchParams.get('kind') === 'files';
      return HttpResponse.json({ media: isFiles ? files : [], next_cursor: null });
    }),
  );
  const onOpenMessage = vi.fn<(id: string) => void>();
  const { client, again } = renderInPage(<PersonFacts conversation={chat} />);
  client.setQueryData(keys.phoneNumbers(), [aNumber, { ...aNumber, phone_number_id: '200', verified_name: 'South' }]);
  await screen.findByRole('link', { name: 'https://crm.example/7' });
  again(<Shared conversation={chat} isGroup={false} onOpenMessage={onOpenMessage} />);
  const drawer = document.querySelector('details');
  if (drawer) drawer.open = true;
  if (drawer) fireEvent(drawer, new Event('toggle'));
  expect(await screen.findByText('No photos or videos yet.')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Files' }));
  const [here, there] = await screen.findAllByRole('listitem');
  expect(here).not.toHaveTextContent('South');
  expect(there).toHaveTextContent('South');
  const [first, second] = screen.getAllByRole('button', { name: 'Show in the conversation' });
  if (first) await userEvent.click(first);
  expect(onOpenMessage).toHaveBeenCalledExactlyOnceWith('m1');
  if (second) await userEvent.click(second);
  expect([location.pathname, location.search]).toEqual(['/live-chat/c2', '?number=all&m=m2']);
});
