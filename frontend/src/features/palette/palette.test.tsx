// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { hearMacros } from '../../lib/ask-macro';
import { FakeServer, aNumber, anOpenConversation } from '../../testing/fake-server';
import { aMessage, aNote } from '../../testing/samples';
import type { Found } from '../../hooks/place';
import { renderInPage } from '../../testing/in-page';
import Palette, { type Command } from './palette';

const server = new FakeServer();
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
beforeEach(() => {
  server.asked.length = server.searched.length = 0;
  server.messages = server.notes = [];
  server.conversations = ['Asha', 'Bina'].map((name) => anOpenConversation({ id: name, customer_name: name }));
  onFound.mockClear();
  onCommand.mockClear();
});

const onFound = vi.fn<(found: Found) => void>();
const onCommand = vi.fn<(command: Command) => void>();

function open() {
  renderInPage(
    <Palette number={aNumber} numbers={[aNumber]} onFound={onFound} onCommand={onCommand} onClose={() => {}} />,
  );
  return screen.getByLabelText('Go to', { selector: 'input' });
}

it('goes where the typed name leads, also when Enter comes before the results', async () => {
  const field = open();
  await waitFor(() => expect(screen.getByText('Asha')).toBeVisible());
  // Before the server was even asked, while the first result still is Asha.
  await userEvent.type(field, 'bina{Enter}', { delay: null });
  expect(onFound).not.toHaveBeenCalled();
  await waitFor(() => expect(onFound).toHaveBeenCalledExactlyOnceWith({ conversationId: 'Bina' }));
});

it('forgets an early Enter when the typing goes on', async () => {
  const field = open();
  await waitFor(() => expect(screen.getByText('Asha')).toBeVisible());
  await userEvent.type(field, 'a{Enter}sha', { delay: null });
  await waitFor(() => expect(server.searched.at(-1)?.get('q')).toBe('asha'));
  await waitFor(() => expect(screen.queryByText('Bina')).toBeNull());
  expect(onFound).not.toHaveBeenCalled();
});

it('does what a command says, chosen by its name or by the arrows', async () => {
  const field = open();
  await userEvent.type(field, 'setti');
  await waitFor(() => expect(screen.queryByText('Asha')).toBeNull());
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(onCommand).toHaveBeenCalledExactlyOnceWith({ kind: 'layer', layer: 'settings' }));
  await userEvent.clear(field);
  await waitFor(() => expect(screen.getByText('Asha')).toBeVisible());
  await userEvent.keyboard('{ArrowDown}');
  expect(screen.getByText('Bina').closest('[role=option]')).toHaveAttribute('aria-selected', 'true');
  await userEvent.keyboard('{Enter}');
  expect(onFound).toHaveBeenCalledExactlyOnceWith({ conversationId: 'Bina' });
});

it('finds what was said, under what it was found by and under nothing else', async () => {
  server.messages = [aMessage({ id: 'm7', text: 'The orçamento, please' })];
  server.notes = [aNote({ id: 'n3', body: 'About the orçamento' })];
  const field = open();
  // An answer that comes late, when another one was asked for.
  let answerLate = () => {};
  server.searchAnswer = () => new Promise((resolve) => (answerLate = () => resolve(HttpResponse.json({ messages: [], people: [{ ...server.conversations[0], customer_name: 'Late' }], notes: [], next_cursor: null, partial: false }))));
  await userEvent.type(field, 'or', { delay: null });
  await waitFor(() => expect(server.searched.at(-1)?.get('q')).toBe('or'));
  server.searchAnswer = null;
  await userEvent.type(field, 'çamento', { delay: null });
  answerLate();
  expect(await screen.findByRole('group', { name: 'Messages' })).toHaveTextContent('The orçamento, please');
  expect(screen.queryByText('Late')).toBeNull();
  expect(screen.getByText('orçamento', { selector: '[aria-label=Notes] mark' })).toBeVisible();
  // Typing goes on: what was found by other words is gone at once.
  await userEvent.type(field, 's', { delay: null });
  expect(screen.queryByText(/please/)).toBeNull();
  await userEvent.type(field, '{Backspace}', { delay: null });
  await userEvent.click(await screen.findByText(/please/));
  expect(onFound).toHaveBeenLastCalledWith({ conversationId: 'Asha', messageId: 'm7' });
  await userEvent.click(screen.getByText('All results…'));
  expect(onCommand).toHaveBeenCalledExactlyOnceWith({ kind: 'search', words: 'orçamento' });
});

it('says when there is nothing of that name', async () => {
  await userEvent.type(open(), 'zzz');
  expect(await screen.findByText('Nothing found.')).toBeVisible();
  await userEvent.keyboard('{Enter}');
  expect(onFound).not.toHaveBeenCalled();
  expect(onCommand).not.toHaveBeenCalled();
});

it('offers macros by their names where a conversation is open to run them in', async () => {
  const macro = { id: 'm1', scope: 'workspace', team_id: null, owner_user_id: null, name: 'Refund', steps: [] };
  server.network.use(http.get('*/workspaces/:id/macros', () => HttpResponse.json({ macros: [macro] })));
  const asked = vi.fn<(id: string | null) => void>();
  const leave = hearMacros(asked);
  const field = open();
  await userEvent.type(field, 'refund');
  expect(await screen.findByRole('option', { name: 'Run macro: Refund' })).toBeVisible();
  await waitFor(() => expect(screen.queryByText('Asha')).toBeNull());
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(asked).toHaveBeenCalledExactlyOnceWith('m1'));
  leave();
});
