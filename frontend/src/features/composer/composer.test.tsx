// @vitest-environment jsdom
import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { readDraft } from '../../lib/drafts';
import type { Conversation } from '../../lib/types';
import { FakeServer, anOpenConversation } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import { Composer } from './composer';

const server = new FakeServer();
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
beforeEach(() => {
  localStorage.clear();
  server.drafts.length = 0;
  server.conversations = [anOpenConversation()];
});

const composer = (conversation: Conversation, onUp = () => {}) => (
  <Composer id="composer" conversation={conversation} onUp={onUp} renderTools={() => null} closedAction={<b>A template</b>} />
);
const field = () => screen.getByLabelText<HTMLTextAreaElement>('Reply to Asha Kulkarni');

it('sends with Enter, and begins a line with Shift and Enter', async () => {
  const { sent } = renderInPage(composer(anOpenConversation()));
  await userEvent.type(field(), 'One{Shift>}{Enter}{/Shift}Two');
  expect(sent).toEqual([]);
  await userEvent.keyboard('{Enter}');
  expect(sent.map((entry) => entry.text)).toEqual(['One\nTwo']);
  expect(field()).toHaveValue('');
  expect(field()).toHaveFocus();
});

it('sends nothing that is empty or too long', async () => {
  const { sent } = renderInPage(composer(anOpenConversation()));
  await userEvent.type(field(), '  {Enter}');
  fireEvent.change(field(), { target: { value: 'x'.repeat(4097) } });
  await userEvent.type(field(), '{Enter}');
  expect(sent).toEqual([]);
  expect(screen.getByRole('status')).toHaveTextContent('1 character too many');
  expect(screen.getByLabelText('Send')).toBeDisabled();
});

it('leaves Enter to an input method that is choosing a word', async () => {
  const { sent } = renderInPage(composer(anOpenConversation()));
  await userEvent.type(field(), 'にほん');
  // As browsers tell of it: the key while a word is chosen, and in Safari the one that has ended the choice.
  fireEvent.keyDown(field(), { key: 'Enter', isComposing: true });
  fireEvent.keyDown(field(), { key: 'Enter', keyCode: 229 });
  expect(sent).toEqual([]);
  expect(field()).toHaveValue('にほん');
  fireEvent.keyDown(field(), { key: 'Enter' });
  expect(sent).toHaveLength(1);
});

it('goes to the last message with ↑ only where nothing is written', async () => {
  const onUp = vi.fn<() => void>();
  renderInPage(composer(anOpenConversation(), onUp));
  await userEvent.type(field(), 'a{ArrowUp}');
  expect(onUp).not.toHaveBeenCalled();
  await userEvent.type(field(), '{Backspace}{ArrowUp}');
  expect(onUp).toHaveBeenCalledOnce();
});

it('keeps a draft here at once and at the server soon, and gives it back', async () => {
  const first = renderInPage(composer(anOpenConversation()));
  await userEvent.type(field(), 'Half a sent');
  await waitFor(() => expect(readDraft('u1', 'c1')?.text).toBe('Half a sent'));
  await waitFor(() => expect(server.drafts).toEqual(['Half a sent']));
  first.unmount();
  const draft = { text: server.drafts[0] ?? '', reply_to: null, updated_at: '2026-11-22T10:00:00Z' };
  renderInPage(composer(anOpenConversation({ draft })));
  expect(field()).toHaveValue('Half a sent');
  // Not told again: the server has it.
  expect(server.drafts).toHaveLength(1);
});

it('opens with what another device has written, and with what this browser has not told yet before that', async () => {
  const draft = { text: 'From the phone', reply_to: null, updated_at: '2026-11-22T10:00:00Z' };
  const first = renderInPage(composer(anOpenConversation({ draft })));
  expect(field()).toHaveValue('From the phone');
  await userEvent.type(field(), ' and here');
  first.unmount();
  renderInPage(composer(anOpenConversation({ draft })));
  expect(field()).toHaveValue('From the phone and here');
});

it('is not there while the window is closed, and comes back with the customer’s next message', async () => {
  const closed = anOpenConversation({ window_expires_at: new Date(Date.now() - 1000).toISOString() });
  const { again } = renderInPage(composer(closed));
  expect(screen.getByText('Only a template can reopen this chat')).toBeVisible();
  expect(screen.getByText('A template')).toBeVisible();
  expect(screen.queryByRole('textbox')).toBeNull();
  again(composer(anOpenConversation()));
  expect(field()).toBeVisible();
});
