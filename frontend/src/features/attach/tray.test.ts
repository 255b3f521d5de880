import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '../../lib/api';
import type { UploadedMedia } from '../../lib/upload';
import { Tray } from './tray';

const aFile = (name: string, type = 'application/pdf', size = 10) => new File([new Uint8Array(size)], name, { type });
const media = (id: string) => ({ id }) as UploadedMedia;

/** Uploads and sends that end when the test says so. */
function setUp() {
  const uploads: { name: string; done: (id: string) => void; fail: (error: Error) => void; signal: AbortSignal; progress: (part: number) => void }[] = [];
  const sent: { type: string; part: Record<string, unknown>; key: string; replyTo: string | null }[] = [];
  let refuse: Error | null = null;
  let serial = 0;
  const tray = new Tray({
    upload: (file, _kind, signal, progress) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        uploads.push({ name: file.name, done: (id) => resolve(media(id)), fail: reject, signal, progress });
      }),
    send: async (type, part, key, replyTo) => {
      if (refuse) throw refuse;
      sent.push({ type, part, key, replyTo });
    },
    say: (text, replyTo) => sent.push({ type: 'text', part: { body: text }, key: '', replyTo }),
    newId: () => `id-${++serial}`,
  });
  const states = () => tray.snapshot().map((item) => item.state);
  return { tray, uploads, sent, states, refuseWith: (error: Error | null) => (refuse = error) };
}

beforeEach(() => {
  // jsdom has neither.
  URL.createObjectURL = vi.fn<() => string>(() => 'blob:preview');
  URL.revokeObjectURL = vi.fn<(url: string) => void>();
});

describe('files', () => {
  it('are forgotten all at once, and what was under way stops', () => {
    const { tray, uploads, states } = setUp();
    tray.add([aFile('a.pdf'), aFile('b.exe', 'application/x-msdownload')]);
    expect(tray.unsent()).toBe(1);
    tray.clear();
    expect([states(), tray.unsent(), uploads[0]?.signal.aborted]).toEqual([[], 0, true]);
  });

  it('are uploaded two at a time, and sent in their order, each once', async () => {
    const { tray, uploads, sent, states } = setUp();
    tray.add([aFile('a.pdf'), aFile('b.pdf'), aFile('c.pdf')]);
    expect(states()).toEqual(['uploading', 'uploading', 'waiting']);
    tray.sendAll('quoted');
    uploads[1]?.done('B');
    await vi.waitFor(() => expect(uploads).toHaveLength(3));
    expect(sent).toEqual([]);
    uploads[0]?.done('A');
    uploads[2]?.done('C');
    await vi.waitFor(() => expect(states()).toEqual([]));
    expect(sent.map(({ part }) => part.media_id)).toEqual(['A', 'B', 'C']);
    expect(sent.map(({ replyTo }) => replyTo)).toEqual(['quoted', null, null]);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(3);
  });

  it('go out with their captions', async () => {
    const { tray, uploads, sent } = setUp();
    tray.add([aFile('photo.jpg', 'image/jpeg')]);
    tray.setCaption(tray.snapshot()[0]?.id ?? '', ' Fresh ');
    uploads[0]?.done('A');
    await vi.waitFor(() => expect(tray.snapshot()[0]?.state).toBe('uploaded'));
    tray.sendAll(null);
    await vi.waitFor(() => expect(sent).toEqual([{ type: 'image', part: { media_id: 'A', caption: 'Fresh' }, key: 'id-1', replyTo: null }]));
    expect(URL.revokeObjectURL).toHaveBeenCalledWith('blob:preview');
  });

  it('tell how far they are, and stop when they are removed', async () => {
    const { tray, uploads, states } = setUp();
    tray.add([aFile('a.pdf'), aFile('b.pdf')]);
    uploads[0]?.progress(0.5);
    expect(tray.snapshot()[0]?.progress).toBe(0.5);
    tray.remove('id-1');
    expect(uploads[0]?.signal.aborted).toBe(true);
    await Promise.resolve();
    expect(states()).toEqual(['uploading']);
  });

  it('that WhatsApp does not take are refused before a byte leaves', () => {
    const { tray, uploads, states } = setUp();
    tray.add([aFile('a.exe', 'application/x-msdownload'), aFile('empty.pdf', 'application/pdf', 0)]);
    tray.add([aFile('big.webp', 'image/webp', 600 * 1024)], 'sticker');
    expect(states()).toEqual(['refused', 'refused', 'refused']);
    expect(tray.snapshot().map((item) => item.refusal?.reason)).toEqual(['type', 'empty', 'size']);
    expect(uploads).toEqual([]);
  });

  it('that fail hold back what follows, and go on when they are tried again', async () => {
    const { tray, uploads, sent, states, refuseWith } = setUp();
    tray.add([aFile('a.pdf'), aFile('b.pdf')]);
    tray.sendAll(null);
    refuseWith(new ApiProblem({ detail: 'The server cannot be reached.' }, 0));
    uploads[0]?.done('A');
    uploads[1]?.done('B');
    await vi.waitFor(() => expect(states()).toEqual(['failed', 'uploaded']));
    expect(tray.snapshot()[0]?.problem).toBe('The server cannot be reached.');
    refuseWith(null);
    tray.retry('id-1');
    await vi.waitFor(() => expect(states()).toEqual([]));
    // The same key as at first: the server would know it.
    expect(sent.map(({ key }) => key)).toEqual(['id-1', 'id-2']);
  });

  it('that the server refuses say why and are not tried again by themselves', async () => {
    const { tray, uploads, states } = setUp();
    tray.add([aFile('a.pdf')]);
    uploads[0]?.fail(new ApiProblem({ code: 'validation_failed', errors: { file: ['WhatsApp takes PDF.'] } }, 422));
    await vi.waitFor(() => expect(states()).toEqual(['refused']));
    expect(tray.snapshot()[0]?.problem).toBe('WhatsApp takes PDF.');
  });

  it.each([
    ['a picture', [['a.jpg', 'image/jpeg']], 'Look', ['Look']],
    ['the first of several', [['a.jpg', 'image/jpeg'], ['b.pdf', 'application/pdf']], 'Look', ['Look', undefined]],
    ['the first that takes one', [['a.mp3', 'audio/mpeg'], ['b.jpg', 'image/jpeg']], 'Look', [undefined, 'Look']],
  ])('with a text go out as one: it is the caption of %s', async (_, files, text, captions) => {
    const { tray, uploads, sent, states } = setUp();
    tray.add(files.map(([name = '', type]) => aFile(name, type)));
    expect(tray.canSend()).toBe(true);
    tray.sendAll('quoted', text);
    expect(tray.canSend()).toBe(false);
    for (const upload of uploads) upload.done(upload.name);
    await vi.waitFor(() => expect(states()).toEqual([]));
    expect(sent.map(({ part }) => part.caption)).toEqual(captions);
    expect(sent.map(({ replyTo }) => replyTo)).toEqual(['quoted', null].slice(0, files.length));
  });

  it.each([
    ['take no caption', [['a.mp3', 'audio/mpeg']], '', 'Listen'],
    ['have one already', [['a.jpg', 'image/jpeg']], 'Mine', 'More'],
    ['cannot take one so long', [['a.jpg', 'image/jpeg']], '', 'x'.repeat(1025)],
  ])('that %s have the text behind them', async (_, files, caption, text) => {
    const { tray, uploads, sent, states, refuseWith } = setUp();
    tray.add(files.map(([name = '', type]) => aFile(name, type)));
    tray.setCaption('id-1', caption);
    tray.sendAll(null, text);
    refuseWith(new ApiProblem({}, 0));
    uploads[0]?.done('A');
    await vi.waitFor(() => expect(states()).toEqual(['failed']));
    expect([sent, tray.textBehind()]).toEqual([[], text]);
    refuseWith(null);
    tray.retry('id-1');
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    expect(sent[1]).toMatchObject({ type: 'text', part: { body: text } });
  });

  it('go on where one that held them back is removed, and so does the text', async () => {
    const { tray, uploads, sent } = setUp();
    tray.add([aFile('a.mp3', 'audio/mpeg'), aFile('b.mp3', 'audio/mpeg')]);
    tray.sendAll('quoted', 'Listen');
    uploads[0]?.fail(new ApiProblem({}, 0));
    uploads[1]?.done('B');
    await vi.waitFor(() => expect(tray.snapshot()[0]?.state).toBe('failed'));
    tray.remove('id-1');
    await vi.waitFor(() => expect(sent.map(({ type }) => type)).toEqual(['audio', 'text']));
    expect(sent.map(({ replyTo }) => replyTo)).toEqual(['quoted', null]);
  });

  it('that the session refused may be tried again', async () => {
    const { tray, uploads, states } = setUp();
    tray.add([aFile('a.pdf')]);
    uploads[0]?.fail(new ApiProblem({ code: 'unauthorized' }, 401));
    await vi.waitFor(() => expect(states()).toEqual(['failed']));
  });
});
