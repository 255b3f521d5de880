// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { askForField } from '../../lib/search-door';
import { FakeServer, anOpenConversation, problem } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import { aMessage, aNote } from '../../testing/samples';
import SearchPane from './search-pane';

const server = new FakeServer();
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
const onClose = vi.fn<() => void>();
beforeEach(() => {
  server.searched.length = 0;
  server.searchAnswer = null;
  server.conversations = [anOpenConversation({ customer_name: 'Cakewalk' })];
  server.messages = [aMessage({ id: 'm2', text: 'Two cakes' }), aMessage({ id: 'm1', text: 'A cake' })];
  server.notes = [aNote({ id: 'n1', body: 'Cake is paid' })];
  onClose.mockClear();
});

function open(query: string) {
  history.replaceState(null, '', `/live-chat?${query}`);
  askForField();
  const page = renderInPage(<SearchPane number={null} onClose={onClose} />);
  return { ...page, field: screen.getByRole('searchbox') };
}
const links = () => screen.getAllByRole('link').map((link) => link.getAttribute('href'));
const page = (given: object) =>
  HttpResponse.json({ messages: [], people: [], notes: [], next_cursor: null, partial: false, ...given });

it('asks what the address says, and leads to what was found, by keys alone', async () => {
  const { field } = open('find=cake&number=100&tab=mine');
  expect(field).toHaveFocus();
  await waitFor(() => expect(screen.getAllByRole('link')).toHaveLength(4));
  const kept = 'tab=mine&find=cake&number=100';
  expect(links()).toEqual([
    `/live-chat/c1?${kept}`, `/live-chat/c1?${kept}&note=n1`, `/live-chat/c1?${kept}&m=m2`, `/live-chat/c1?${kept}&m=m1`,
  ]);
  expect(screen.getByRole('status')).toHaveTextContent('4 results');
  const { keyboard } = userEvent.setup();
  await keyboard('{ArrowDown}{ArrowDown}');
  expect(screen.getAllByRole('link')[1]).toHaveFocus();
  await keyboard('{End}{ArrowUp}{Enter}');
  expect(location.search).toContain('m=m2');
  await keyboard('{Alt>}{ArrowDown}{/Alt}');
  expect(location.search).toContain('m=m1');
  expect(screen.getAllByRole('link')[3]).toHaveAttribute('aria-current', 'page');
  // Step by step: to the field, which is emptied, and out.
  await keyboard('{Escape}');
  expect(field).toHaveFocus();
  await keyboard('{Escape}');
  expect(await screen.findByText('Find what was said')).toBeVisible();
  expect(onClose).not.toHaveBeenCalled();
  await keyboard('{Escape}');
  expect(onClose).toHaveBeenCalledOnce();
});

it('asks for other words, and for one kind, without a step on the way back', async () => {
  const steps = history.length;
  const { field } = open('find=');
  await userEvent.type(field, 'paid', { delay: null });
  await waitFor(() => expect(links()).toEqual(['/live-chat/c1?find=paid&number=100&note=n1']));
  await userEvent.click(screen.getByRole('button', { name: 'Messages' }));
  expect(await screen.findByText('Nothing found for “paid”', { selector: 'p:not([role])' })).toBeVisible();
  expect(location.search).toBe('?find=paid&in=messages');
  expect(history.length).toBe(steps);
});

it('loads more to the end, tells the number once, and says where a search was ended for its time', async () => {
  const conversation = server.conversations[0];
  const hit = (id: string) => ({ message: aMessage({ id, text: `cake ${id}` }), conversation, spans: [[0, 4]] });
  server.searchAnswer = (query) =>
    ({
      null: page({ messages: [hit('a')], next_cursor: '1' }),
      1: page({ messages: [hit('b')], next_cursor: '2', partial: true }),
      2: page({ messages: [hit('c')] }),
    })[String(query.get('cursor'))] ?? problem(422, 'validation_failed', 'No');
  open('find=cake&in=messages');
  expect(await screen.findByText(/This took too long/)).toBeVisible();
  expect(screen.getAllByRole('link')).toHaveLength(2);
  expect(screen.getByRole('status')).toHaveTextContent('More than 1 results');
  await userEvent.click(screen.getByRole('button', { name: 'Search further back' }));
  expect(await screen.findByText('That is all.')).toBeVisible();
  expect(screen.getByRole('status')).toHaveTextContent('More than 1 results');
});

it.each([
  [403, 'forbidden', 'You may not search here'],
  [404, 'not_found', 'You do not see this number'],
  [422, 'validation_failed', 'Try again'],
])('says why there is nothing: %s', async (status, code, said) => {
  server.searchAnswer = () => problem(status, code, 'No.');
  open('find=cake&on=7');
  expect(await screen.findByText(said)).toBeVisible();
});

it('waits for the line, and goes on by itself', async () => {
  const line = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  server.searchAnswer = () => problem(422, 'validation_failed', 'No.');
  open('find=cake');
  expect(await screen.findByText('You are offline')).toBeVisible();
  server.searchAnswer = null;
  line.mockRestore();
  window.dispatchEvent(new Event('online'));
  await waitFor(() => expect(screen.getAllByRole('link')).toHaveLength(4));
});
