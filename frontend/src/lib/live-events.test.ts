import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem } from './api';
import type { LiveEvent } from './apply-event';
import { LiveEvents, type StreamStatus } from './live-events';
import { aMessage } from './samples';

type Handler = (request: IncomingMessage, response: ServerResponse, turn: number) => void;

let server: Server | null = null;
let stream: LiveEvents | null = null;

async function follow(handler: Handler) {
  let turn = 0;
  const listening = createServer((request, response) => handler(request, response, ++turn));
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  const seen = { events: [] as LiveEvent[], gaps: 0, statuses: [] as StreamStatus[] };
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
});
