// @vitest-environment jsdom
import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useRef } from 'react';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { keys } from '../../lib/keys';
import { changeSettings } from '../../lib/settings';
import { aNumber, FakeServer, anOpenConversation, problem } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import { InboxPane } from './inbox-pane';
import { useInboxFilter } from './use-inbox-filter';

const server = new FakeServer();
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
beforeEach(() => {
  history.replaceState(null, '', '/live-chat');
  server.asked.length = 0;
  server.listAnswer = null;
  server.pageSize = 50;
  server.conversations = ['Asha', 'Bina', 'Chloe'].map((name, index) =>
    anOpenConversation({ id: name, customer_name: name, my_unread_count: index === 1 ? 3 : 0 }),
  );
});

const onNewChat = vi.fn<() => void>();

function Pane({ number = '100' as string | null }) {
  const search = useRef<HTMLInputElement>(null);
  return (
    <InboxPane
      filter={useInboxFilter(number)}
      currentId={null}
      searchRef={search}
      hrefOf={(id) => `/live-chat/${id}`}
      onSearch={() => undefined}
      onNewChat={onNewChat}
      renderBulkBar={(given) => (
        <p>
          {given.isAll ? 'all' : given.chosen.map((one) => one.id).join(' ')} of {given.listed}
          <button type="button" onClick={given.onChooseMatching}>
            All that match
          </button>
        </p>
      )}
    />
  );
}

const names = () => [...document.querySelectorAll('[data-list-row] bdi:first-child')].map((name) => name.textContent);
const rows = () => [...document.querySelectorAll('[data-conversation]')].map((row) => row.getAttribute('data-conversation'));

it('shows the conversations in the server’s order, with what is unread', async () => {
  renderInPage(<Pane />);
  await waitFor(() => expect(rows()).toEqual(['Asha', 'Bina', 'Chloe']));
  expect(names()).toContain('Bina');
  expect(document.querySelector('[data-conversation="Bina"]')).toHaveTextContent('3 unread messages');
  expect(server.asked[0]?.get('phone_number_id')).toBe('100');
});

it('asks for what was typed once typing pauses, and takes it back with Escape', async () => {
  renderInPage(<Pane />);
  await waitFor(() => expect(rows()).toHaveLength(3));
  const field = screen.getByLabelText('Search name or number');
  await userEvent.type(field, 'chl');
  await waitFor(() => expect(rows()).toEqual(['Chloe']));
  // Not once for every letter.
  expect(server.asked.map((query) => query.get('search'))).toEqual([null, 'chl']);
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(rows()).toHaveLength(3));
  expect(field).toHaveValue('');
});

it('shows what is unread only, and says when there is nothing', async () => {
  renderInPage(<Pane />);
  await waitFor(() => expect(rows()).toHaveLength(3));
  await userEvent.click(screen.getByText('Unread'));
  await waitFor(() => expect(rows()).toEqual(['Bina']));
  expect(screen.getByText('Unread')).toHaveAttribute('aria-pressed', 'true');
  await userEvent.type(screen.getByLabelText('Search name or number'), 'asha');
  expect(await screen.findByText('Nothing found for “asha”')).toBeVisible();
  await userEvent.click(screen.getByText('Show all'));
  await waitFor(() => expect(rows()).toHaveLength(3));
});

it('loads page after page while its end is in sight', async () => {
  server.conversations = Array.from({ length: 12 }, (_, index) =>
    anOpenConversation({ id: `c${index}`, customer_name: `Customer ${index}` }),
  );
  server.pageSize = 5;
  renderInPage(<Pane />);
  await waitFor(() => expect(rows()).toHaveLength(12));
  expect(server.asked.map((query) => query.get('cursor'))).toEqual([null, '5', '10']);
  expect(new Set(rows()).size).toBe(12);
  const last = document.querySelector('[aria-posinset="12"]');
  expect(last).toHaveAttribute('aria-setsize', '12');
});

it('invites to a first conversation where there is none', async () => {
  server.conversations = [];
  renderInPage(<Pane />);
  expect(await screen.findByText('No open conversations')).toBeVisible();
  await userEvent.click(screen.getByText('New conversation'));
  expect(onNewChat).toHaveBeenCalledOnce();
});

it('says what failed, and loads when it is asked again', async () => {
  server.listAnswer = () => problem(500, 'internal', 'Something broke.', { 'X-Request-ID': 'r-1' });
  renderInPage(<Pane />);
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('Something broke.');
  expect(alert).toHaveTextContent('Reference: r-1');
  server.listAnswer = null;
  await userEvent.click(screen.getByText('Try again'));
  await waitFor(() => expect(rows()).toHaveLength(3));
});

it('keeps what it has when it cannot be refreshed, and says so', async () => {
  const { client } = renderInPage(<Pane />);
  await waitFor(() => expect(rows()).toHaveLength(3));
  server.listAnswer = () => problem(503, 'unavailable', 'Busy.');
  await client.invalidateQueries();
  expect(await screen.findByText('Could not refresh')).toBeVisible();
  expect(rows()).toHaveLength(3);
});

const tab = (name: string) => screen.findByRole('button', { name: new RegExp(`^${name}`) });

it('shows whose conversations were asked for, how many there are, and keeps it in the address', async () => {
  const [asha, bina, chloe] = server.conversations;
  if (!asha || !bina || !chloe) throw new Error('three were made');
  asha.assignee = { user_id: 'u1', name: 'Ines' };
  bina.assignee = { user_id: 'ben', name: 'Ben' };
  chloe.status = 'resolved';
  const { unmount } = renderInPage(<Pane />);
  await waitFor(() => expect(rows()).toEqual(['Asha', 'Bina']));
  await waitFor(async () => expect([await tab('Mine'), await tab('Unassigned'), await tab('All')].map((one) => one.getAttribute('aria-label'))).toEqual(['Mine: 1', 'Unassigned: 0', 'All: 2']));
  await userEvent.click(await tab('Mine'));
  await waitFor(() => expect(rows()).toEqual(['Asha']));
  expect(location.search).toBe('?tab=mine');
  unmount();
  renderInPage(<Pane />);
  await waitFor(() => expect(rows()).toEqual(['Asha']));
  expect(await tab('Mine')).toHaveAttribute('aria-pressed', 'true');
});

it('says in a list of all numbers through which one each conversation runs', async () => {
  const { client } = renderInPage(<Pane />);
  const two = [aNumber, { ...aNumber, phone_number_id: '101', display_phone_number: '+91 77559 00001' }];
  client.setQueryData(keys.phoneNumbers(), [...two, { ...aNumber, phone_number_id: '102', verified_name: 'Vans' }]);
  await waitFor(() => expect(rows()).toHaveLength(3));
  expect(document.body).not.toHaveTextContent('via ');
  for (const [at, one] of server.conversations.entries()) one.phone_number_id = `10${at}`;
  cleanup();
  const again = renderInPage(<Pane number={null} />);
  again.client.setQueryData(keys.phoneNumbers(), client.getQueryData(keys.phoneNumbers()));
  await waitFor(() => expect(rows()).toHaveLength(3));
  const through = [...document.querySelectorAll('[data-conversation]')].map((row) => /via .*/.exec(row.textContent)?.[0]);
  expect(through).toEqual(['via Asha’s Bakery · 0000', 'via Asha’s Bakery · 0001', 'via Vans']);
});

it('says of each empty tab why it is empty, with a way on', async () => {
  renderInPage(<Pane />);
  await userEvent.click(await tab('Mine'));
  expect(await screen.findByText('Nothing is assigned to you')).toBeVisible();
  await userEvent.click(screen.getByText('Show unassigned'));
  await waitFor(() => expect(rows()).toHaveLength(3));
  server.conversations = [];
});

it('narrows by status and order, and takes it back', async () => {
  const [asha] = server.conversations;
  if (asha) asha.status = 'resolved';
  renderInPage(<Pane />);
  await waitFor(() => expect(rows()).toHaveLength(2));
  await userEvent.click(screen.getByRole('button', { name: 'Filter and sort' }));
  await userEvent.click(await screen.findByLabelText('Resolved'));
  await userEvent.click(screen.getByLabelText('Longest waiting first'));
  await waitFor(() => expect(rows()).toEqual(['Asha']));
  expect(Object.fromEntries(server.asked.at(-1) ?? [])).toEqual({ phone_number_id: '100', status: 'resolved', sort: 'waiting', limit: '50' });
  await userEvent.click(screen.getByText('Clear filters'));
  await waitFor(() => expect(rows()).toHaveLength(2));
  expect(location.search).toBe('');
});

it('rows are chosen by their boxes, by a range of Shift, and by keys; Escape ends it', async () => {
  const user = userEvent.setup();
  renderInPage(<Pane />);
  await waitFor(() => expect(rows()).toEqual(['Asha', 'Bina', 'Chloe']));
  expect(screen.queryByRole('checkbox')).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Select conversations' }));
  const box = (name: string) => screen.findByRole('checkbox', { name: `Select the conversation with ${name}` });
  await user.click(await box('Asha'));
  await user.keyboard('{Shift>}');
  await user.click(await box('Chloe'));
  await user.keyboard('{/Shift}');
  expect(await screen.findByText('Asha Bina Chloe of 3')).toBeVisible();
  await user.click(await box('Bina'));
  expect(await screen.findByText('Asha Chloe of 3')).toBeVisible();
  // All that match: also what is not loaded; who takes one out has chosen what is shown, but for it.
  await user.click(screen.getByText('All that match'));
  expect(await screen.findByText('all of 3')).toBeVisible();
  const bina = document.querySelector<HTMLElement>('[data-conversation="Bina"]');
  bina?.focus();
  await user.keyboard(' ');
  expect(await screen.findByText('Asha Chloe of 3')).toBeVisible();
  await user.keyboard('{Shift>}{ArrowDown}{/Shift}');
  expect(await screen.findByText('Asha Bina Chloe of 3')).toBeVisible();
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByText(/of 3/)).toBeNull());
  expect(location.pathname).toBe('/live-chat');
  // X as the bar, unless single letters are switched off.
  document.querySelector<HTMLElement>('[data-conversation="Asha"]')?.focus();
  changeSettings({ singleKeys: false });
  await user.keyboard('x');
  expect(screen.queryByText(/of 3/)).toBeNull();
  changeSettings({ singleKeys: true });
  await user.keyboard('x');
  expect(await screen.findByText('Asha of 3')).toBeVisible();
  document.querySelector<HTMLElement>('[data-conversation="Chloe"]')?.focus();
  await user.keyboard('{Shift>}X{/Shift}');
  expect(await screen.findByText('Asha Bina Chloe of 3')).toBeVisible();
});

it('another list begins with nothing chosen, and who may only read chooses nothing', async () => {
  const { client } = renderInPage(<Pane />);
  await waitFor(() => expect(rows()).toHaveLength(3));
  client.setQueryData(keys.phoneNumbers(), [aNumber]);
  await userEvent.click(screen.getByRole('button', { name: 'Select conversations' }));
  await userEvent.click(await screen.findByRole('checkbox', { name: /Bina/ }));
  expect(await screen.findByText('Bina of 3')).toBeVisible();
  await userEvent.click(screen.getByText('Unread'));
  await waitFor(() => expect(screen.queryByText(/of \d/)).toBeNull());
  cleanup();
  server.role = 'viewer';
  const viewers = renderInPage(<Pane />);
  viewers.client.setQueryData(keys.phoneNumbers(), [aNumber]);
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Select conversations' })).toBeNull());
  server.role = 'admin';
});
