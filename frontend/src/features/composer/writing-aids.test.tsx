// @vitest-environment jsdom
import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { FakeServer, anOpenConversation } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import { Composer } from './composer';

const server = new FakeServer();
const EMOJI = [
  { emoji: '😀', label: 'grinning face', tags: ['smile', 'happy'], version: 1, group: 0 },
  { emoji: '😃', label: 'smiling face', tags: ['smile'], version: 1, group: 0 },
  { emoji: '🛩️', label: 'small airplane', version: 1, group: 5 },
  { emoji: '🫩', label: 'smudged face', version: 16, group: 0 },
];
let asked = 0;
const data = http.get('*/en/data.json', () => {
  asked += 1;
  return HttpResponse.json(EMOJI);
});
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
beforeEach(() => {
  localStorage.clear();
  server.conversations = [anOpenConversation()];
  server.network.resetHandlers();
  server.network.use(data);
});

async function open() {
  const page = renderInPage(
    <Composer id="composer" conversation={anOpenConversation()} onUp={() => undefined} renderTools={() => null} closedAction={null} />,
  );
  // What helps is loaded behind the field.
  await screen.findByLabelText('Insert an emoji');
  return page;
}
const field = () => screen.getByLabelText<HTMLTextAreaElement>('Reply to Asha Kulkarni');
const offered = () => screen.queryAllByRole('option').map((one) => one.textContent);
const chosen = () => screen.getByRole('option', { selected: true }).textContent;

it('says nothing where the emoji do not come, and asks again at the next word', async () => {
  server.network.use(http.get('*/en/data.json', () => HttpResponse.error()));
  const { sent } = await open();
  await userEvent.type(field(), 'One :sm');
  expect(offered()).toEqual([]);
  // Enter is Enter then.
  await userEvent.keyboard('{Enter}');
  expect(sent.map(({ text }) => text)).toEqual(['One :sm']);
  server.network.use(data);
  await userEvent.type(field(), ':sm');
  await waitFor(() => expect(offered()).toHaveLength(3));
});

it('offers what “:sm” may mean, and puts it where the cursor is', async () => {
  const { sent } = await open();
  const before = asked;
  await userEvent.type(field(), 'Hello there');
  expect(asked).toBe(before);
  await userEvent.type(field(), ' :sm', { initialSelectionStart: 5, initialSelectionEnd: 5 });
  await waitFor(() => expect(offered()).toEqual(['😃smiling face', '🛩️small airplane', '😀grinning face']));
  expect(field()).toHaveFocus();
  expect(field()).toHaveAttribute('aria-activedescendant', screen.getByRole('option', { selected: true }).id);
  expect(screen.getByRole('listbox')).toHaveAccessibleName('Emoji');
  await userEvent.keyboard('{ArrowDown}');
  expect(chosen()).toBe('🛩️small airplane');
  await userEvent.keyboard('{ArrowUp}{ArrowUp}');
  expect(chosen()).toBe('😀grinning face');
  await userEvent.keyboard('{ArrowDown}{Enter}');
  expect(field()).toHaveValue('Hello 😃 there');
  expect(field().selectionStart).toBe('Hello 😃'.length);
  expect(offered()).toEqual([]);
  expect(field()).not.toHaveAttribute('aria-activedescendant');
  expect(sent).toEqual([]);
  await userEvent.keyboard('{Enter}');
  expect(sent.map(({ text }) => text)).toEqual(['Hello 😃 there']);
});

it('takes Tab and a click for a choice, and leaves the focus in the field', async () => {
  await open();
  await userEvent.type(field(), ':sma');
  await waitFor(() => expect(offered()).toEqual(['🛩️small airplane']));
  await userEvent.keyboard('{Tab}');
  expect(field()).toHaveValue('🛩️');
  await userEvent.type(field(), ' :smi');
  await userEvent.click(await screen.findByText('smiling face'));
  expect(field()).toHaveValue('🛩️ 😃');
  expect(field()).toHaveFocus();
});

it('is closed by Escape alone, for this word, and not the conversation with it', async () => {
  const { sent } = await open();
  await userEvent.type(field(), ':sm');
  await waitFor(() => expect(offered()).toHaveLength(3));
  expect(fireEvent.keyDown(field(), { key: 'Escape' })).toBe(false);
  expect(offered()).toEqual([]);
  await userEvent.type(field(), 'i');
  expect(offered()).toEqual([]);
  expect(fireEvent.keyDown(field(), { key: 'Escape' })).toBe(true);
  await userEvent.type(field(), '{Enter}');
  expect(sent.map(({ text }) => text)).toEqual([':smi']);
});

it('leaves the keys to an input method, and asks for nothing while it chooses', async () => {
  const { sent } = await open();
  await userEvent.type(field(), ':sm');
  await waitFor(() => expect(offered()).toHaveLength(3));
  for (const key of ['Enter', 'ArrowDown', 'Escape', 'Tab'])
    for (const told of [{ isComposing: true }, { keyCode: 229 }]) fireEvent.keyDown(field(), { key, ...told });
  expect(chosen()).toBe('😃smiling face');
  expect(field()).toHaveValue(':sm');
  expect(sent).toEqual([]);
  fireEvent(field(), new InputEvent('input', { isComposing: true, bubbles: true }));
  expect(offered()).toEqual([]);
});

it('is gone with the word: by the cursor, by another field, and by what was sent', async () => {
  await open();
  await userEvent.type(field(), ':sm and');
  expect(offered()).toEqual([]);
  await userEvent.type(field(), '{Home}{ArrowRight}{ArrowRight}{ArrowRight}');
  await waitFor(() => expect(offered()).toHaveLength(3));
  fireEvent.blur(field());
  expect(offered()).toEqual([]);
});

it('marks what is selected, with WhatsApp’s marks', async () => {
  await open();
  await userEvent.type(field(), 'One two');
  const select = () => field().setSelectionRange(4, 7);
  for (const [key, expected] of [
    [{ code: 'KeyB', ctrlKey: true }, 'One *two*'],
    [{ code: 'KeyB', metaKey: true }, 'One two'],
    [{ code: 'KeyI', ctrlKey: true }, 'One _two_'],
    [{ code: 'KeyI', ctrlKey: true }, 'One two'],
    [{ code: 'KeyX', ctrlKey: true, shiftKey: true }, 'One ~two~'],
  ] as const) {
    if (field().value === 'One two') select();
    expect(fireEvent.keyDown(field(), key)).toBe(false);
    expect(field()).toHaveValue(expected);
  }
  // Paste without its looks, and the browser's own, are none of ours.
  expect(fireEvent.keyDown(field(), { code: 'KeyB', ctrlKey: true, altKey: true })).toBe(true);
});

it('puts an emoji of the dialog at the cursor, where one goes on writing', async () => {
  server.network.use(
    http.head('*/en/*', () => new HttpResponse(null)),
    http.get('*/en/messages.json', () => HttpResponse.json({ groups: [], skinTones: [], subgroups: [] })),
  );
  await open();
  await userEvent.type(field(), 'Onetwo');
  field().setSelectionRange(3, 3);
  await userEvent.click(screen.getByLabelText('Insert an emoji'));
  expect(await screen.findByRole('heading', { name: 'Insert an emoji' })).toBeVisible();
  await userEvent.click(screen.getByLabelText('Close'));
  expect(screen.getByLabelText('Insert an emoji')).toHaveFocus();
  expect(field()).toHaveValue('Onetwo');
});

it('offers to leave out a link’s preview, for this message alone', async () => {
  const { sent } = await open();
  const toggle = () => screen.queryByLabelText<HTMLInputElement>('Show a preview of the link');
  await userEvent.type(field(), 'See www.example.com');
  expect(toggle()).toBeNull();
  await userEvent.type(field(), ' or HTTPS://example.com');
  expect(toggle()).toBeChecked();
  await userEvent.type(field(), '{Enter}');
  await userEvent.type(field(), 'https://example.com/2');
  await userEvent.click(screen.getByLabelText('Show a preview of the link'));
  await userEvent.type(field(), '{Enter}');
  await userEvent.type(field(), 'https://example.com/3');
  expect(toggle()).toBeChecked();
  await userEvent.type(field(), '{Enter}');
  expect(sent.map(({ noPreview }) => noPreview ?? false)).toEqual([false, true, false]);
});
