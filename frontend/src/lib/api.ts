import type { Client } from 'openapi-fetch';
import { t } from '../words/en';
import type { paths } from './api-types';
import { onServer } from './base';
import { lineAnswers, lineLost } from './line';
import type { ProblemBody } from './types';

/** The API's refusal (RFC 9457). Switch on `code`, never on text. `network` and `timeout` are the page's own codes. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly status: number;
  readonly errors: Record<string, string[]>;
  readonly requestId: string | null;
  readonly retryAfterS: number | null;
  /** All that was answered: some codes come with more than a sentence. */
  readonly body: Partial<ProblemBody>;

  constructor(body: Partial<ProblemBody>, status: number, headers?: Headers) {
    super(body.detail ?? body.title ?? t.problems.unexpected);
    this.name = 'ApiProblem';
    this.body = body;
    this.code = body.code ?? (status === 0 ? 'network' : 'unexpected');
    this.status = status;
    this.errors = body.errors ?? {};
    this.requestId = headers?.get('X-Request-ID') ?? null;
    this.retryAfterS = retryAfterS(headers?.get('Retry-After') ?? null);
    // Only an answer with a code is the API's. A proxy, a guest network's sign-in page or a server in the middle of a
    // deploy may answer anything.
    this.isRefusal = typeof body.code === 'string' && status >= 400 && status < 500 && !PASSING.has(status);
  }

  /** The API itself has refused the request for good: the same request would be refused again. */
  readonly isRefusal: boolean;

  /** Whether the same request may succeed later with nobody doing anything. */
  get isTemporary(): boolean {
    return !this.isRefusal && this.status !== 401;
  }
}

/** Refusals that pass: signed out, too slow, too early, too many. */
const PASSING = new Set([401, 408, 425, 429]);

/** The caller gets seconds, also if a proxy names a time. */
function retryAfterS(header: string | null): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  const until = Number.isFinite(seconds) ? seconds : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(until) ? Math.max(0, until) : null;
}

export interface TokenSource {
  getToken(): Promise<string>;
  /** Resolves with a newer token than the refused one, or rejects with ApiProblem 401 if there is none. */
  refreshToken(refused: string): Promise<string>;
}

export type ApiClient = Pick<Client<paths>, 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'>;

/** Only a 401 means that somebody has to sign in again. Every other reason for having no token passes. */
async function tokenFrom(asked: Promise<string>): Promise<string> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) throw error;
    throw new ApiProblem({ code: 'network', detail: t.problems.away }, 0);
  }
}

/** `fetch` with the bearer token; a 401 is answered once with a new token and the same request. */
export function authorizedFetch(tokens: TokenSource): (request: Request) => Promise<Response> {
  return async (request) => {
    const again = request.clone();
    const token = await tokenFrom(tokens.getToken());
    request.headers.set('Authorization', `Bearer ${token}`);
    const response = await reach(request);
    if (response.status !== 401) return response;
    again.headers.set('Authorization', `Bearer ${await tokenFrom(tokens.refreshToken(token))}`);
    return reach(again);
  };
}

async function reach(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    lineAnswers(response.status);
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    lineLost();
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
    const code = timedOut ? 'timeout' : 'network';
    throw new ApiProblem({ code, detail: t.problems.away }, 0);
  }
}

interface Call {
  params?: { path?: Parts; query?: Parts; header?: Record<string, string> };
  body?: unknown;
  signal?: AbortSignal;
  keepalive?: boolean;
}
type Part = string | number | boolean;
type Parts = Record<string, Part | readonly Part[] | null | undefined>;

/** The address of a call, with its parameters in their places. */
export function addressOf(baseUrl: string, template: string, { path = {}, query = {} }: Call['params'] = {}): string {
  const url = new URL(
    template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name]))),
    baseUrl,
  );
  // Several of one name are several of one name.
  for (const [name, value] of Object.entries(query))
    for (const one of [value ?? []].flat()) url.searchParams.append(name, String(one));
  return url.href;
}

/**
 * Calls the API as its document says. The types are those of openapi-fetch, the few lines that they need are ours. An
 * answer's body is `data` or `error`. A body that is no JSON is neither, since it is not our server's.
 */
export function newApiClient(tokens: TokenSource, baseUrl: string = location.origin): ApiClient {
  const send = authorizedFetch(tokens);
  const method = (name: string) => async (template: string, call: Call = {}) => {
    const { params, body, signal, keepalive } = call;
    const headers = new Headers(params?.header);
    if (body !== undefined) headers.set('Content-Type', 'application/json');
    const request = new Request(addressOf(baseUrl, onServer(template), params), {
      method: name,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
      ...(keepalive === undefined ? {} : { keepalive }),
    });
    const response = await send(request);
    const given = parsed(await response.text());
    return response.ok ? { data: given, response } : { error: given, response };
  };
  // The document's types say of every call what goes in and what comes out.
  const [GET, POST, PUT, PATCH, DELETE] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map(method);
  return { GET, POST, PUT, PATCH, DELETE } as unknown as ApiClient;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The caller gets the body of a good answer. Every other answer is thrown as ApiProblem. */
export async function bodyOf<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (response.ok && data !== undefined && data !== null) return data;
  const body = typeof error === 'object' && error !== null ? (error as Partial<ProblemBody>) : {};
  throw new ApiProblem(body, response.status, response.headers);
}
