// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { renderInPage } from '../testing/in-page';
import { Composer, type ComposerHandle } from '../features/composer/composer';
import { ComposerTools } from '../features/attach/composer-tools';
import type { Conversation } from '../lib/types';
import { forgetFiles, unsentFiles } from '../lib/unsent-files';
import { FakeServer, anOpenConversation } from '../testing/fake-server';

const server = new FakeServer();
const MEDIA = { id: 'm1', kind: 'document', mime_type: 'application/pdf', size: 3, url: null, thumbnail_url: null };
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());
beforeEach(() => {
  localStorage.clear();
  server.conversations = [anOpenConversation(), anOpenConversation({ id: 'c2', customer_name: 'Otto Other' })];
  server.network.use(http.post('*/api/live-chat/media', () => HttpResponse.json({ media: MEDIA }, { status: 201 })));
  Object.assign(URL, { createObjectURL: () => 'blob:one', revokeObjectURL: () => undefined });
  // jsdom plays nothing.
  HTMLMediaElement.prototype.load = () => undefined;
});
afterEach(() => {
  vi.useRealTimers();
  forgetFiles();
});

const handle: { current: ComposerHandle | null } = { current: null };
/** The composer with its tools, as the page puts them together: another conversation has others. */
const chat = (conversation: Conversation) => (
  <Composer
    key={conversation.id}
    ref={handle}
    id="composer"
    conversation={conversation}
    onUp={() => undefined}
    renderTools={(replyToId, onSent) => (
      <ComposerTools
        conversation={conversation}
        replyToId={replyToId}
        onFocusField={() => handle.current?.focus()}
        onSent={onSent}
      />
    )}
    closedAction={null}
  />
);
const open = () => renderInPage(chat(anOpenConversation()));
const field = () => screen.getByLabelText<HTMLTextAreaElement>(/^Reply to/);
const tray = () => screen.findByRole('region', { name: 'Files to send' });
const pdf = (name = 'Price list.pdf') => new File(['pdf'], name, { type: 'application/pdf' });
const picture = () => new File(['png'], 'image.png', { type: 'image/png' });

/** Whether the page takes what is pasted; else the field gets the text. */
function paste(files: File[], text = ''): boolean {
  const getData = (type: string) => (type === 'text/plain' ? text : '');
  return !fireEvent.paste(field(), { clipboardData: { files, getData } });
}

it('attaches a picture that is alone on the clipboard', async () => {
  open();
  expect(paste([picture()])).toBe(true);
  expect(within(await tray()).getByText('image.png')).toBeVisible();
});

it.each([
  ['cells of a table, as Excel copies them', '12\t30\n14\t35'],
  ['a paragraph, as Word copies it', 'The blue one is sold out.'],
  ['an address', 'https://example.com/a.png'],
])('takes %s for text, though a picture of it lies beside', async (_what, text) => {
  open();
  expect(paste([picture()], text)).toBe(false);
  // The part that shows files is not even asked for.
  expect(unsentFiles('c1')).toBe(0);
  expect(screen.queryByRole('region')).toBeNull();
});

it('attaches files whose names are all the text there is, as file managers copy them', async () => {
  open();
  const files = [pdf('One.pdf'), pdf('Two.pdf')];
  expect(paste(files, '/home/asha/One.pdf\r\n/home/asha/Two.pdf\r\n')).toBe(true);
  expect(within(await tray()).getByText('Two.pdf')).toBeVisible();
});

it('leaves text alone', () => {
  open();
  expect(paste([], 'Words')).toBe(false);
});

it('attaches what is dropped anywhere on the page', async () => {
  open();
  const dataTransfer = { types: ['Files'], files: [pdf()] };
  expect(fireEvent.dragOver(document.body, { dataTransfer })).toBe(false);
  expect(screen.getByText('Drop files to attach them')).toBeVisible();
  expect(fireEvent.drop(document.body, { dataTransfer })).toBe(false);
  expect(within(await tray()).getByText('Price list.pdf')).toBeVisible();
  expect(screen.queryByText('Drop files to attach them')).toBeNull();
});

it('gives the focus back to the field after the files were sent', async () => {
  open();
  paste([pdf()]);
  const send = await screen.findByRole('button', { name: 'Send 1 file' });
  send.focus();
  await userEvent.click(send);
  expect(field()).toHaveFocus();
  await waitFor(() => expect(screen.queryByRole('region')).toBeNull());
  expect(field()).toHaveFocus();
});

it('gives the focus back to the field when the menu is left, or a sheet is sent or cancelled', async () => {
  open();
  const choose = async () => {
    await userEvent.click(screen.getByLabelText('Attach files and more'));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Ask to call' }));
    return within(await screen.findByRole('dialog'));
  };
  await userEvent.click(screen.getByLabelText('Attach files and more'));
  await screen.findByRole('menu');
  await userEvent.keyboard('{Escape}');
  expect(field()).toHaveFocus();
  await userEvent.click((await choose()).getByRole('button', { name: 'Cancel' }));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(field()).toHaveFocus();
  const sends = server.sends.length;
  await userEvent.click((await choose()).getByRole('button', { name: 'Send' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(server.sends).toHaveLength(sends + 1);
  expect(field()).toHaveFocus();
});

/** A microphone and what records it; whether the browser still holds the microphone. */
function giveMicrophone(): { isOn: () => boolean } {
  let isOn = false;
  class Recorder extends EventTarget {
    static readonly isTypeSupported = () => true;
    state = 'inactive';
    start(): void {
      this.state = 'recording';
    }
    stop(): void {
      this.state = 'inactive';
      this.dispatchEvent(Object.assign(new Event('dataavailable'), { data: new Blob(['sound']) }));
      this.dispatchEvent(new Event('stop'));
    }
  }
  const getUserMedia = async () => {
    isOn = true;
    return { getTracks: () => [{ stop: () => (isOn = false) }] };
  };
  const analyser = { fftSize: 0, getByteTimeDomainData: () => undefined };
  class Sound {
    createAnalyser = () => analyser;
    createMediaStreamSource = () => ({ connect: () => undefined });
    close = async () => undefined;
  }
  Object.assign(navigator, { mediaDevices: { getUserMedia } });
  vi.stubGlobal('MediaRecorder', Recorder);
  vi.stubGlobal('AudioContext', Sound);
  return { isOn: () => isOn };
}

async function record() {
  const microphone = giveMicrophone();
  vi.useFakeTimers({ toFake: ['Date'] });
  const page = open();
  await userEvent.click(screen.getByLabelText('Record a voice message'));
  await waitFor(() => expect(screen.getByLabelText('Stop recording')).toBeEnabled());
  expect(screen.getByLabelText('Stop recording')).toHaveFocus();
  expect(microphone.isOn()).toBe(true);
  return { ...page, microphone };
}

it('keeps a recording in the tray when it is stopped, and gives the focus back', async () => {
  const { microphone } = await record();
  await userEvent.click(screen.getByLabelText('Stop recording'));
  expect(within(await tray()).getByText('Voice message')).toBeVisible();
  expect(microphone.isOn()).toBe(false);
  expect(field()).toHaveFocus();
});

it('throws nothing away on Escape, which the page does not take for the way back', async () => {
  const { microphone } = await record();
  expect(fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' })).toBe(false);
  expect(within(await tray()).getByText('Voice message')).toBeVisible();
  expect(microphone.isOn()).toBe(false);
  expect(field()).toHaveFocus();
});

it('keeps a recording where the agent has gone to another chat, and does not show it there', async () => {
  const { again, microphone } = await record();
  act(() => void vi.setSystemTime(Date.now() + 5000));
  again(chat(anOpenConversation({ id: 'c2', customer_name: 'Otto Other' })));
  expect(microphone.isOn()).toBe(false);
  await waitFor(() => expect(unsentFiles('c1')).toBe(1));
  expect(unsentFiles('c2')).toBe(0);
  expect(screen.queryByRole('region', { name: 'Files to send' })).toBeNull();
  again(chat(anOpenConversation()));
  expect(within(await tray()).getByText('Voice message')).toBeVisible();
});

it('keeps nothing of a slip of the finger, or of what was discarded', async () => {
  const { again, microphone } = await record();
  await userEvent.click(screen.getByLabelText('Discard the recording'));
  expect(microphone.isOn()).toBe(false);
  expect(field()).toHaveFocus();
  await userEvent.click(screen.getByLabelText('Record a voice message'));
  await waitFor(() => expect(screen.getByLabelText('Stop recording')).toBeEnabled());
  again(chat(anOpenConversation({ id: 'c2', customer_name: 'Otto Other' })));
  expect(microphone.isOn()).toBe(false);
  expect(unsentFiles('c1')).toBe(0);
});
