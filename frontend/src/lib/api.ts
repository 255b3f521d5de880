import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './api-types';
import type { ProblemBody } from './types';

/** The API's refusal (RFC 9457). Switch on `code`, never on text; `network` and `timeout` are ours. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly status: number;
  readonly errors: Record<string, string[]>;
  readonly requestId: string | null;
  readonly retryAfterS: number | null;

  constructor(body: Partial<ProblemBody>, status: number, headers?: Headers) {
    super(body.detail ?? body.title ?? 'The server did not answer as expected.');
    this.name = 'ApiProblem';
    this.code = body.code ?? (status === 0 ? 'network' : 'unexpected');
    this.status = status;
    this.errors = body.errors ?? {};
    this.requestId = headers?.get('X-Request-ID') ?? null;
    const wait = Number(headers?.get('Retry-After') ?? Number.NaN);
    this.retryAfterS = Number.isFinite(wait) ? wait : null;
  }

  /** Whether the same request may succeed later: nothing was refused for good. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export interface TokenSource {
  getToken(): Promise<string>;
  /** A token newer than the one that was refused; rejects with ApiProblem 401 where there is none. */
  refreshToken(refused: string): Promise<string>;
}

export type ApiClient = Client<paths>;

/** `fetch` with the bearer token; a 401 is answered once with a new token and the same request. */
export function authorizedFetch(tokens: TokenSource): (request: Request) => Promise<Response> {
  return async (request) => {
    const again = request.clone();
    const token = await tokens.getToken();
    request.headers.set('Authorization', `Bearer ${token}`);
    const response = await reach(request);
    if (response.status !== 401) return response;
    again.headers.set('Authorization', `Bearer ${await tokens.refreshToken(token)}`);
    return reach(again);
  };
}

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
    const code = timedOut ? 'timeout' : 'network';
    throw new ApiProblem({ code, detail: 'The server cannot be reached.' }, 0);
  }
}

export function newApiClient(tokens: TokenSource, baseUrl: string = location.origin): ApiClient {
  return createClient<paths>({ baseUrl, fetch: authorizedFetch(tokens) });
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a good answer; every other one is thrown as ApiProblem. */
export async function bodyOf<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (response.ok && data !== undefined) return data;
  const body = typeof error === 'object' && error !== null ? (error as Partial<ProblemBody>) : {};
  throw new ApiProblem(body, response.status, response.headers);
}
