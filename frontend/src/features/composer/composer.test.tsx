// @vitest-environment jsdom
import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { readDraft, writeDraft } from '../../lib/drafts';
import type { Conversation } from '../../lib/types';
import { FakeServer, anOpenConversation } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import { aMessage } from '../../testing/samples';
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
  expect(screen.getByText('1 character too many')).toHaveRole('status');
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
  // With nobody's word in it there is nothing to open again.
  expect(await screen.findByText('Only a template can start this chat')).toBeVisible();
  again(composer({ ...closed, last_message: aMessage() }));
  expect(screen.getByText('Only a template can reopen this chat')).toBeVisible();
  expect(screen.getByText('A template')).toBeVisible();
  expect(screen.queryByRole('textbox')).toBeNull();
  again(composer(anOpenConversation()));
  expect(field()).toBeVisible();
});

const at = (second: number) => `2026-11-22T10:00:0${second}.000000Z`;
const withDraft = (text: string | null, second = 1) =>
  anOpenConversation({ draft: text === null ? null : { text, reply_to: null, updated_at: at(second) } });
const serverHas = (conversation: Conversation) => (server.conversations = [conversation]);

it('follows another device where nothing was changed here, whoever has the focus', async () => {
  serverHas(withDraft(null));
  const { again, sent } = renderInPage(composer(withDraft('The blue')));
  field().focus();
  again(composer(withDraft('The blue one', 2)));
  expect(field()).toHaveValue('The blue one');
  // Sent there: whoever presses Enter here in this moment sends nothing.
  again(composer(withDraft(null)));
  fireEvent.keyDown(field(), { key: 'Enter' });
  await waitFor(() => expect(field()).toHaveValue(''));
  fireEvent.keyDown(field(), { key: 'Enter' });
  expect(sent).toEqual([]);
  expect(field()).toHaveFocus();
});

it('asks what is to be done with what was changed here and sent elsewhere', async () => {
  serverHas(withDraft(null));
  const { again, sent } = renderInPage(composer(withDraft('The blue')));
  await userEvent.type(field(), ' one');
  again(composer(withDraft(null)));
  expect(await screen.findByRole('alert')).toHaveTextContent('sent or cleared on another device');
  await userEvent.type(field(), '{Enter}');
  expect(sent).toEqual([]);
  expect(screen.getByText('Keep mine')).toHaveFocus();
  await userEvent.click(screen.getByText('Keep mine'));
  expect(field()).toHaveFocus();
  expect(field()).toHaveValue('The blue one');
  await userEvent.type(field(), '{Enter}');
  expect(sent.map((entry) => entry.text)).toEqual(['The blue one']);
});

it('asks where nobody can say whether it was sent elsewhere, and takes nothing away', async () => {
  server.network.use(http.get('*/api/live-chat/conversations/:id', () => HttpResponse.error(), { once: true }));
  const { again } = renderInPage(composer(withDraft('The blue one')));
  again(composer(withDraft(null)));
  expect(await screen.findByRole('alert')).toHaveTextContent('sent or cleared on another device');
  expect(field()).toHaveValue('The blue one');
});

it('asks also where it was sent while this page was closed', async () => {
  serverHas(withDraft(null));
  writeDraft('u1', 'c1', { text: 'The blue one', replyTo: null, isSaved: false, base: at(1) });
  renderInPage(composer(withDraft(null)));
  expect(await screen.findByText('Discard')).toBeVisible();
  await userEvent.click(screen.getByText('Discard'));
  expect(field()).toHaveValue('');
  expect(screen.queryByRole('alert')).toBeNull();
});

it('takes nothing back for news that comes late, or of what was cleared here', async () => {
  serverHas(withDraft('Newer', 3));
  const { again } = renderInPage(composer(withDraft('Newer', 3)));
  again(composer(withDraft('Older', 2)));
  expect(field()).toHaveValue('Newer');
  // The server is asked again, and has one.
  again(composer(withDraft(null)));
  await waitFor(() => expect(screen.getByLabelText('Send')).toBeEnabled());
  expect(field()).toHaveValue('Newer');
  serverHas(withDraft(null));
  await userEvent.type(field(), '{Enter}Next');
  again(composer(withDraft('Newer', 3)));
  again(composer(withDraft(null)));
  await waitFor(() => expect(server.drafts).toContain('Next'));
  expect(field()).toHaveValue('Next');
  expect(screen.queryByRole('alert')).toBeNull();
});

it('says where neither browser nor server keeps what is written', async () => {
  const storage = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('Full', 'QuotaExceededError');
  });
  server.network.use(http.put('*/draft', () => HttpResponse.error()));
  renderInPage(composer(anOpenConversation()));
  await userEvent.type(field(), 'Nowhere');
  expect(await screen.findByText(/This browser keeps nothing/)).toBeVisible();
  expect(!window.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(true);
  storage.mockRestore();
  server.network.resetHandlers();
  await userEvent.type(field(), '!');
  await waitFor(() => expect(screen.queryByText(/This browser keeps nothing/)).toBeNull());
  expect(!window.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(false);
});

it('says at once that the window has closed, and keeps what was being written, and the focus', async () => {
  const soon = anOpenConversation({ window_expires_at: new Date(Date.now() + 1500).toISOString() });
  const { sent, again } = renderInPage(composer(soon));
  await userEvent.type(field(), 'Half');
  const box = await screen.findByLabelText('What you were writing, to copy into a template');
  expect(Date.now() - Date.parse(soon.window_expires_at ?? '')).toBeGreaterThanOrEqual(0);
  expect(box).toHaveValue('Half');
  await waitFor(() => expect(screen.getByRole('region')).toHaveFocus());
  expect(sent).toEqual([]);
  // The customer writes: it goes on.
  again(composer(anOpenConversation()));
  expect(field()).toHaveValue('Half');
});
