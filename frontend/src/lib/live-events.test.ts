import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { aMessage } from '../testing/samples';
import { ApiProblem } from './api';
import type { LiveEvent } from './apply-event';
import { LiveEvents, type StreamOptions, type StreamStatus } from './live-events';

type Handler = (request: IncomingMessage, response: ServerResponse, turn: number) => void;

let server: Server | null = null;
let stream: LiveEvents | null = null;

async function follow(handler: Handler, given: Partial<StreamOptions> = {}) {
  let turn = 0;
  const seen = { events: [] as LiveEvent[], gaps: 0, statuses: [] as StreamStatus[], open: 0 };
  const listening = createServer((request, response) => {
    seen.open++;
    response.on('close', () => seen.open--);
    handler(request, response, ++turn);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  let token = 'old';
  stream = new LiveEvents({
    url: `http://127.0.0.1:${port}/events`,
    tokens: {
      getToken: async () => token,
      refreshToken: async () => {
        if (token === 'none') throw new ApiProblem({}, 401);
        return (token = 'new');
      },
    },
    onEvent: (event) => seen.events.push(event),
    onGap: () => seen.gaps++,
    onStatus: (status) => seen.statuses.push(status),
    ...given,
  });
  stream.start();
  return seen;
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
}

const block = (id: string, type: string, body: unknown) =>
  `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(body)}\n\n`;

afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  stream?.stop();
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
});

describe('the event stream', () => {
  it('delivers what comes, also in pieces and between comments', async () => {
    const message = aMessage({ text: 'namasté 🙂' });
    const seen = await follow((_request, response) => {
      begin(response);
      const bytes = Buffer.from(`: hello\n\n${block('1', 'message.created', { message, conversation: null })}`);
      // In the middle of a character, too.
      for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7));
      response.write(block('2', 'something.else', {}));
    });
    await vi.waitFor(() => expect(seen.events).toHaveLength(1));
    expect(seen.events[0]).toEqual({ type: 'message.created', message, conversation: null });
    expect(seen.statuses).toEqual(['connecting', 'live']);
  });

  it('hands on what an event carries that is about no message and no conversation', async () => {
    const seen = await follow((_request, response) => {
      begin(response);
      response.write(block('1', 'conversation.removed', { id: 'c1' }));
    });
    await vi.waitFor(() => expect(seen.events).toHaveLength(1));
    expect(seen.events[0]).toEqual({ type: 'conversation.removed', message: null, conversation: null, data: { id: 'c1' } });
  });

  it('resumes behind the last event', async () => {
    const asked: (string | undefined)[] = [];
    const seen = await follow((request, response, turn) => {
      asked.push(request.headers['last-event-id'] as string | undefined);
      begin(response);
      response.write(block(String(turn), 'message.created', { message: aMessage({ id: `m${turn}` }) }));
      if (turn < 3) response.end();
    });
    await vi.waitFor(() => expect(seen.events).toHaveLength(3), { timeout: 5000 });
    expect(asked).toEqual([undefined, '1', '2']);
  });

  it('tells of a gap: at first, and where the server cannot resume', async () => {
    const seen = await follow((_request, response, turn) => {
      begin(response);
      // The second connection resumes behind 1; the third is told that it is too late for that.
      response.write(turn < 3 ? block('1', 'message.created', { message: aMessage() }) : block('9', 'reset', {}));
      if (turn < 3) response.end();
    });
    await vi.waitFor(() => expect(seen.statuses.filter((status) => status === 'live')).toHaveLength(2), 5000);
    expect(seen.gaps).toBe(1);
    await vi.waitFor(() => expect(seen.gaps).toBe(2), 5000);
  });

  it('asks for a new token, once, and sends it in the header alone', async () => {
    const tokens: (string | undefined)[] = [];
    const seen = await follow((request, response) => {
      tokens.push(request.headers.authorization);
      if (request.headers.authorization !== 'Bearer new') return void response.writeHead(401).end();
      begin(response);
      response.write(': ok\n\n');
    });
    await vi.waitFor(() => expect(seen.statuses).toContain('live'));
    expect(tokens).toEqual(['Bearer old', 'Bearer new']);
  });

  it('ends where the new token is refused as well', async () => {
    const seen = await follow((_request, response) => void response.writeHead(401).end());
    await vi.waitFor(() => expect(seen.statuses).toEqual(['connecting', 'signed-out']));
  });

  it('says so where the server has no stream', async () => {
    const seen = await follow((_request, response) => void response.writeHead(404).end());
    await vi.waitFor(() => expect(seen.statuses).toEqual(['connecting', 'unsupported']));
  });

  it('comes back after 503 and after a broken connection', async () => {
    const seen = await follow((_request, response, turn) => {
      if (turn === 1) return void response.writeHead(503, { 'Retry-After': '0' }).end();
      if (turn === 2) return void response.destroy();
      begin(response);
      response.write(': ok\n\n');
    });
    await vi.waitFor(() => expect(seen.statuses.at(-1)).toBe('live'), { timeout: 8000 });
    expect(seen.statuses.filter((status) => status === 'down')).toHaveLength(2);
  });

  it('outlives a fault of who listens: the next event comes on the same connection', async () => {
    const faults: unknown[] = [];
    vi.stubGlobal('reportError', (fault: unknown) => faults.push(fault));
    let turns = 0;
    const heard: LiveEvent[] = [];
    const fault = () => {
      throw new Error('a fault of a component');
    };
    const seen = await follow(
      (_request, response, turn) => {
        turns = turn;
        begin(response);
        response.write(block('1', 'message.created', { message: aMessage({ id: 'm1' }) }));
        response.write('id: 2\nevent: message.created\ndata: not json\n\n');
        response.write(block('3', 'message.created', { message: aMessage({ id: 'm3' }) }));
      },
      {
        onEvent: (event) => {
          heard.push(event);
          if (event.message?.id === 'm1') fault();
        },
        onStatus: fault,
      },
    );
    await vi.waitFor(() => expect(heard.map((event) => event.message?.id)).toEqual(['m1', 'm3']));
    expect([turns, seen.open]).toEqual([1, 1]);
    // At the beginning, and for each event that was not taken in.
    expect(seen.gaps).toBe(3);
    expect(faults.length).toBeGreaterThanOrEqual(3);
  });

  it('leaves nothing open, and waits longer each time, where connections end as soon as they begin', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let turns = 0;
    const seen = await follow((_request, response, turn) => {
      turns = turn;
      begin(response);
      response.write(': hello\n\n');
      if (turn % 2 === 0) response.end();
      else setImmediate(() => response.destroy());
    });
    const ended = (count: number) =>
      vi.waitUntil(() => seen.statuses.filter((status) => status === 'down').length === count, { interval: 0 });
    // At most 0.5, 1, 2, 4 s: the fifth connection comes no earlier than half of their sum.
    for (let turn = 1; turn <= 4; turn++) {
      await ended(turn);
      await vi.advanceTimersByTimeAsync(250 * 2 ** (turn - 1) - 1);
      expect(turns).toBe(turn);
      await vi.advanceTimersByTimeAsync(250 * 2 ** (turn - 1) + 1);
      await vi.waitUntil(() => turns === turn + 1, { interval: 0 });
    }
    expect(seen.open).toBeLessThanOrEqual(1);
  });

  it.each([
    [503, 'text/plain'],
    [200, 'text/html'],
  ])('leaves an answer of %i %s, which has no end, to nobody', async (status, type) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const seen = await follow((_request, response) => {
      response.writeHead(status, { 'Content-Type': type });
      response.write('Please wait');
    });
    await vi.waitUntil(() => seen.statuses.includes('down'), { interval: 0 });
    await vi.waitFor(() => expect(seen.open).toBe(0), { interval: 0, timeout: 20_000 });
  });

  it('ends a request that is never answered, and does not wait for a token that never comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let turns = 0;
    let isTokenComing = true;
    const seen = await follow(
      (_request, response, turn) => {
        turns = turn;
        if (turn === 1) return;
        begin(response);
        response.write(': ok\n\n');
      },
      {
        tokens: {
          getToken: () => (isTokenComing ? Promise.resolve('t') : new Promise<string>(() => undefined)),
          refreshToken: async () => 't',
        },
      },
    );
    await vi.waitUntil(() => turns === 1, { interval: 0 });
    isTokenComing = false;
    await vi.advanceTimersByTimeAsync(41_000);
    expect(seen.statuses.at(-1)).toBe('connecting');
    isTokenComing = true;
    await vi.advanceTimersByTimeAsync(42_000);
    await vi.waitUntil(() => seen.statuses.at(-1) === 'live', { interval: 0 });
    expect(turns).toBe(2);
  });

  it('takes no page of a guest network for a stream', async () => {
    const seen = await follow((_request, response, turn) => {
      if (turn === 1) return void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Welcome</html>');
      begin(response);
      response.write(': ok\n\n');
    });
    await vi.waitFor(() => expect(seen.statuses.at(-1)).toBe('live'), { timeout: 8000 });
    expect(seen.statuses).toEqual(['connecting', 'down', 'connecting', 'live']);
  });

  it('asks for a sign-in where there is no session left to have a token of', async () => {
    const refuse = () => Promise.reject(new ApiProblem({ code: 'unauthorized' }, 401));
    const seen = await follow(() => undefined, { tokens: { getToken: refuse, refreshToken: refuse } });
    await vi.waitFor(() => expect(seen.statuses).toEqual(['connecting', 'signed-out']));
  });
});
