// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { FakeServer, aNumber, anOpenConversation } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import Palette, { type Command } from './palette';

const server = new FakeServer();
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
beforeEach(() => {
  server.asked.length = 0;
  server.conversations = ['Asha', 'Bina'].map((name) => anOpenConversation({ id: name, customer_name: name }));
  onConversation.mockClear();
  onCommand.mockClear();
});

const onConversation = vi.fn<(id: string) => void>();
const onCommand = vi.fn<(command: Command) => void>();

function open() {
  renderInPage(
    <Palette number={aNumber} numbers={[aNumber]} onConversation={onConversation} onCommand={onCommand} onClose={() => {}} />,
  );
  return screen.getByLabelText('Go to', { selector: 'input' });
}

it('goes where the typed name leads, also when Enter comes before the results', async () => {
  const field = open();
  await waitFor(() => expect(screen.getByText('Asha')).toBeVisible());
  // Before the server was even asked, while the first result still is Asha.
  await userEvent.type(field, 'bina{Enter}', { delay: null });
  expect(onConversation).not.toHaveBeenCalled();
  await waitFor(() => expect(onConversation).toHaveBeenCalledExactlyOnceWith('Bina'));
});

it('forgets an early Enter when the typing goes on', async () => {
  const field = open();
  await waitFor(() => expect(screen.getByText('Asha')).toBeVisible());
  await userEvent.type(field, 'a{Enter}sha', { delay: null });
  await waitFor(() => expect(server.asked.at(-1)?.get('search')).toBe('asha'));
  await waitFor(() => expect(screen.queryByText('Bina')).toBeNull());
  expect(onConversation).not.toHaveBeenCalled();
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
  expect(onConversation).toHaveBeenCalledExactlyOnceWith('Bina');
});

it('says when there is nothing of that name', async () => {
  await userEvent.type(open(), 'zzz');
  expect(await screen.findByText('Nothing found.')).toBeVisible();
  await userEvent.keyboard('{Enter}');
  expect(onConversation).not.toHaveBeenCalled();
  expect(onCommand).not.toHaveBeenCalled();
});
