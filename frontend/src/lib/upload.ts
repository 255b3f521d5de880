import { t } from '../words/en';
import { ApiProblem, type TokenSource } from './api';
import type { AttachmentKind } from './attachments';
import { onServer } from './base';
import type { ProblemBody } from './types';

const UPLOAD_URL = onServer('/api/live-chat/media');

/** What the server keeps of an uploaded file. */
export interface UploadedMedia {
  id: string;
  kind: string;
  mime_type: string;
  size: number;
  filename: string | null;
  width: number | null;
  height: number | null;
  duration: number | null;
  url: string | null;
  thumbnail_url: string | null;
  waveform: number[] | null;
}

interface Options {
  tokens: TokenSource;
  phoneNumberId: string;
  file: File;
  kind: AttachmentKind;
  signal: AbortSignal;
  /** Told the part of the bytes that has left the browser, from 0 to 1. */
  onProgress: (part: number) => void;
}

/**
 * Uploads a file. It uses XMLHttpRequest, since `fetch` cannot tell how far it is. It rejects with ApiProblem, or with
 * the signal's reason.
 */
export async function upload(options: Options): Promise<UploadedMedia> {
  const token = await options.tokens.getToken();
  try {
    return await attempt(options, token);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
    return attempt(options, await options.tokens.refreshToken(token));
  }
}

function attempt({ phoneNumberId, file, kind, signal, onProgress }: Options, token: string): Promise<UploadedMedia> {
  signal.throwIfAborted();
  const form = new FormData();
  // The fields stand before the file, so that the server knows what is allowed before it reads the bytes.
  form.set('phone_number_id', phoneNumberId);
  form.set('kind', kind);
  form.set('file', file, file.name);
  const { promise, resolve, reject } = deferred<UploadedMedia>();
  const request = new XMLHttpRequest();
  const abort = () => request.abort();
  signal.addEventListener('abort', abort, { once: true });
  request.upload.addEventListener('progress', (event) => {
    if (event.lengthComputable) onProgress(event.loaded / event.total);
  });
  request.addEventListener('load', () => {
    const body = parsed(request.responseText);
    const media = (body as { media?: UploadedMedia }).media;
    if (request.status === 201 && media) resolve({ ...media, url: here(media.url), thumbnail_url: here(media.thumbnail_url) });
    else reject(new ApiProblem(body as Partial<ProblemBody>, request.status));
  });
  request.addEventListener('error', () =>
    reject(new ApiProblem({ code: 'network', detail: t.problems.away }, 0)),
  );
  // The reason is read here: before the abort there is none.
  request.addEventListener('abort', () => reject(signal.reason as Error));
  request.open('POST', UPLOAD_URL);
  request.setRequestHeader('Authorization', `Bearer ${token}`);
  request.send(form);
  return promise.finally(() => signal.removeEventListener('abort', abort));
}

const here = (url: string | null): string | null => (url === null ? null : onServer(url));

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<T>((onDone, onFailed) => {
    resolve = onDone;
    reject = onFailed;
  });
  return { promise, resolve, reject };
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
