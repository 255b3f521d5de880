import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { t } from '../words/en';
import { addressOf, ApiProblem, bodyOf, newApiClient } from './api';
import { onLineBack } from './line';

let server: Server | null = null;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
});

async function clientOf(handler: Parameters<typeof createServer>[1], getToken = async () => 'token') {
  const listening = createServer(handler as never);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  return newApiClient({ getToken, refreshToken: getToken }, `http://127.0.0.1:${port}`);
}
const refused = (promise: Promise<unknown>) => promise.then(() => null, (error: ApiProblem) => error);

it('puts parameters where they belong, whatever they hold', () => {
  const address = (params: Parameters<typeof addressOf>[2]) => addressOf('http://here', '/c/{id}/x', params);
  expect(address({ path: { id: 'a/b?c#d' } })).toBe('http://here/c/a%2Fb%3Fc%23d/x');
  expect(address({ path: { id: 1 }, query: { q: 'a b&c', none: null, nor: undefined, no: false, n: 0 } })).toBe(
    'http://here/c/1/x?q=a+b%26c&no=false&n=0',
  );
});

describe('an answer', () => {
  it.each([
    [400, '{"code":"malformed_request"}', true],
    [404, '{"code":"not_found"}', true],
    [409, '{"code":"service_window_closed"}', true],
    [422, '{"code":"validation_failed","errors":{"message":["Too long."]}}', true],
    [400, '<h1>Bad request</h1>', false],
    [403, '{"message":"Blocked"}', false],
    [404, '', false],
    [401, '{"code":"unauthorized"}', false],
    [408, '{"code":"x"}', false],
    [425, '{"code":"x"}', false],
    [429, '{"code":"rate_limited"}', false],
    [500, '{"code":"internal_error"}', false],
    [502, '<h1>Bad gateway</h1>', false],
    [503, '{"code":"unavailable"}', false],
    [200, '<html>Sign in to this network</html>', false],
    [200, '', false],
    [200, 'null', false],
  ])('%d %s is a refusal for good: %s', async (status, body, isRefusal) => {
    const api = await clientOf((_request, response) => void response.writeHead(status).end(body));
    const problem = await refused(bodyOf(api.GET('/api/live-chat/phone-numbers', {})));
    expect(problem).toBeInstanceOf(ApiProblem);
    expect([problem?.status, problem?.isRefusal]).toEqual([status, isRefusal]);
  });

  it('after silence is a sign that the server lives; after a refusal it is none', async () => {
    const back = vi.fn<() => void>();
    const stop = onLineBack(back);
    let mode: 'dead' | 'busy' | 'well' = 'well';
    const api = await clientOf((_request, response) => {
      if (mode === 'dead') response.destroy();
      else response.writeHead(mode === 'busy' ? 500 : 200).end('{}');
    });
    const ask = () => api.GET('/api/live-chat/phone-numbers', {}).catch(() => null);
    await ask();
    expect(back).not.toHaveBeenCalled();
    mode = 'dead';
    await ask();
    mode = 'well';
    await ask();
    await ask();
    expect(back).toHaveBeenCalledTimes(1);
    mode = 'busy';
    await ask();
    mode = 'well';
    await ask();
    expect(back).toHaveBeenCalledTimes(1);
    stop();
  });

  it.each([
    [new ApiProblem({ code: 'network' }, 404), 0],
    [new TypeError('Failed to fetch'), 0],
    [new ApiProblem({ code: 'unauthorized' }, 401), 401],
  ])('that cannot be asked for want of a token (%s) asks for a sign-in only where there is no session', async (reason, status) => {
    const api = await clientOf(undefined, () => Promise.reject(reason));
    expect(await refused(api.GET('/api/live-chat/phone-numbers', {}))).toMatchObject({ status, isRefusal: false });
  });
});

it('speaks the language of the page where the server has said nothing', async () => {
  vi.spyOn(t.problems, 'away', 'get').mockReturnValue('No ay servidor.');
  vi.spyOn(t.problems, 'unexpected', 'get').mockReturnValue('No es una respuesta.');
  const silent = newApiClient({ getToken: () => Promise.reject(new Error('no network')), refreshToken: async () => 'token' }, 'http://127.0.0.1');
  expect((await refused(bodyOf(silent.GET('/api/live-chat/phone-numbers', {}))))?.message).toBe('No ay servidor.');
  const strange = await clientOf((_request, response) => void response.writeHead(502).end('<h1>Bad gateway</h1>'));
  expect((await refused(bodyOf(strange.GET('/api/live-chat/phone-numbers', {}))))?.message).toBe('No es una respuesta.');
  vi.restoreAllMocks();
});
