import { ApiProblem } from '../../lib/api';
import { type AttachmentKind, CAPTION_MAX, hasCaption, kindOf, partOf, type Refusal, refusalOf } from '../../lib/attachments';
import { Listeners } from '../../lib/listeners';
import type { UploadedMedia } from '../../lib/upload';
import { t } from '../../words/en';

/** A file that the agent has attached. `refused` cannot be sent; `failed` may be tried again. */
export interface TrayItem {
  id: string;
  file: File;
  kind: AttachmentKind;
  caption: string;
  state: 'waiting' | 'uploading' | 'uploaded' | 'sending' | 'refused' | 'failed';
  /** From 0 to 1. */
  progress: number;
  refusal: Refusal | null;
  problem: string | null;
  media: UploadedMedia | null;
  /** Shows a picture or film, or plays a recording, before it is uploaded. */
  previewUrl: string | null;
}

export interface TrayOptions {
  upload: (file: File, kind: AttachmentKind, signal: AbortSignal, onProgress: (part: number) => void) => Promise<UploadedMedia>;
  /** `key` makes a repeat safe: the server sends a message of that key once. */
  send: (type: string, part: Record<string, unknown>, key: string, replyTo: string | null) => Promise<void>;
  /** A text that goes out after the files. */
  say: (text: string, replyTo: string | null) => void;
  newId: () => string;
}

const AT_ONCE = 2;
const PREVIEWED: AttachmentKind[] = ['image', 'video', 'voice', 'sticker'];

/**
 * The files of one conversation on their way out. Uploads begin at once, two at a time; messages leave in the
 * order in which they were attached, each once. It lives as long as the page, so that an agent may answer
 * somebody else meanwhile.
 */
export class Tray {
  private items: readonly TrayItem[] = [];
  private readonly listeners = new Listeners();
  private readonly aborts = new Map<string, AbortController>();
  private readonly options: TrayOptions;
  private replyTo: string | null = null;
  private isSending = false;
  private isClosed = false;
  private following: string | null = null;

  constructor(options: TrayOptions) {
    this.options = options;
  }

  /** All files, in their order; the same array until something changes. */
  readonly snapshot = (): readonly TrayItem[] => this.items;

  readonly subscribe = this.listeners.subscribe;

  /** How many are on their way or could be sent. */
  unsent(): number {
    return this.items.filter(({ state }) => state !== 'refused').length;
  }

  /** Whether there is something that waits for the agent's word. */
  canSend(): boolean {
    return !this.isSending && this.unsent() > 0;
  }

  /** What will be said after the files. */
  readonly textBehind = (): string | null => this.following;

  add(files: readonly File[], kind?: AttachmentKind): void {
    if (this.isClosed) return;
    const added = files.map((file): TrayItem => {
      const as = kind ?? kindOf(file);
      const refusal = refusalOf(file, as);
      return {
        id: this.options.newId(),
        file,
        kind: as,
        caption: '',
        state: refusal ? 'refused' : 'waiting',
        progress: 0,
        refusal,
        problem: null,
        media: null,
        previewUrl: refusal === null && PREVIEWED.includes(as) ? URL.createObjectURL(file) : null,
      };
    });
    this.set([...this.items, ...added]);
    this.startUploads();
  }

  setCaption(id: string, caption: string): void {
    this.change(id, { caption });
  }

  /** Stops what is under way and forgets the file. A message that is being sent can no longer be stopped. */
  remove(id: string): void {
    const item = this.find(id);
    if (!item || item.state === 'sending') return;
    this.aborts.get(id)?.abort();
    this.drop(item);
    this.startUploads();
    if (this.isSending) void this.sendReady();
  }

  /** Forgets all of them, and takes no more. */
  clear(): void {
    this.isClosed = true;
    this.following = null;
    for (const abort of this.aborts.values()) abort.abort();
    for (const item of this.items) if (item.previewUrl) URL.revokeObjectURL(item.previewUrl);
    this.set([]);
  }

  retry(id: string): void {
    const item = this.find(id);
    if (item?.state !== 'failed') return;
    this.change(id, { state: item.media ? 'uploaded' : 'waiting', problem: null, progress: item.media ? 1 : 0 });
    this.startUploads();
    if (this.isSending) void this.sendReady();
  }

  /**
   * Sends all that can be sent, as soon as it is uploaded; the first one quotes. A text is the caption of the first that
   * has none and can have one; else it follows.
   */
  sendAll(replyTo: string | null, text = ''): void {
    this.replyTo = replyTo;
    this.isSending = true;
    const said = text.trim();
    const bare = this.items.find(
      ({ state, kind, caption }) => state !== 'refused' && hasCaption(kind) && caption.trim() === '',
    );
    if (said !== '' && bare && said.length <= CAPTION_MAX) this.change(bare.id, { caption: said });
    else if (said !== '') this.following = said;
    this.set([...this.items]);
    void this.sendReady();
  }

  private startUploads(): void {
    const running = this.items.filter((item) => item.state === 'uploading').length;
    for (const item of this.items.filter(({ state }) => state === 'waiting').slice(0, AT_ONCE - running))
      void this.uploadOne(item);
  }

  private async uploadOne({ id, file, kind }: TrayItem): Promise<void> {
    const abort = new AbortController();
    this.aborts.set(id, abort);
    this.change(id, { state: 'uploading' });
    try {
      const media = await this.options.upload(file, kind, abort.signal, (progress) => this.change(id, { progress }));
      this.change(id, { state: 'uploaded', progress: 1, media });
    } catch (error) {
      // Removed meanwhile: there is nothing to tell.
      if (!abort.signal.aborted) this.fail(id, error);
    } finally {
      this.aborts.delete(id);
      this.startUploads();
    }
    if (this.isSending) await this.sendReady();
  }

  private async sendReady(): Promise<void> {
    const next = this.items.find((item) => item.state !== 'refused');
    if (!next) {
      this.isSending = false;
      const text = this.following;
      this.following = null;
      if (text !== null) this.options.say(text, this.replyTo);
      return;
    }
    // What fails holds back what stands behind it: files arrive in their order.
    if (next.state !== 'uploaded' || next.media === null) return;
    this.change(next.id, { state: 'sending' });
    const { type, part } = partOf(next.kind, next.media.id, { caption: next.caption, filename: next.file.name });
    try {
      await this.options.send(type, part, next.id, this.replyTo);
    } catch (error) {
      this.fail(next.id, error);
      return;
    }
    this.replyTo = null;
    this.drop(next);
    await this.sendReady();
  }

  private fail(id: string, error: unknown): void {
    const isRefused = error instanceof ApiProblem && error.isRefusal;
    this.change(id, { state: isRefused && !this.find(id)?.media ? 'refused' : 'failed', problem: sentenceOf(error), progress: 0 });
  }

  private drop(item: TrayItem): void {
    if (item.previewUrl) URL.revokeObjectURL(item.previewUrl);
    this.set(this.items.filter(({ id }) => id !== item.id));
  }

  private find(id: string): TrayItem | undefined {
    return this.items.find((item) => item.id === id);
  }

  private change(id: string, change: Partial<TrayItem>): void {
    this.set(this.items.map((item) => (item.id === id ? { ...item, ...change } : item)));
  }

  private set(items: readonly TrayItem[]): void {
    this.items = items;
    this.listeners.tell();
  }
}

/** The server's words where it has said any, ours where it has not been heard. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof ApiProblem) || error.code === 'timeout') return t.problems.late;
  if (error.code === 'network') return t.problems.away;
  return [...new Set(Object.values(error.errors).flat())].join(' ') || error.message;
}
