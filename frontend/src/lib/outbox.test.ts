// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem } from './api';
import { Outbox, type OutboxEntry } from './outbox';

const PREFIX = 'livechat.outbox.u1.';

function entry(id: string, conversationId = 'c1') {
  return {
    clientMessageId: id,
    conversationId,
    phoneNumberId: '100',
    text: `text of ${id}`,
    replyTo: null,
    createdAt: `2026-11-22T10:00:0${id}.000Z`,
  };
}

/** A server that answers when it is told to. */
class Server {
  readonly asked: string[] = [];
  private readonly open: { resolve: () => void; reject: (problem: Error) => void }[] = [];

  readonly send = (given: OutboxEntry): Promise<void> => {
    this.asked.push(given.clientMessageId);
    return new Promise((resolve, reject) => this.open.push({ resolve, reject }));
  };

  async accept(): Promise<void> {
    this.open.shift()?.resolve();
    await settle();
  }

  async refuse(problem: Error): Promise<void> {
    this.open.shift()?.reject(problem);
    await settle();
  }
}

const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};
const problem = (status: number, code = 'x') => new ApiProblem({ code, detail: 'A reason.' }, status);

let server: Server;
const newOutbox = () => new Outbox({ storage: localStorage, prefix: PREFIX, send: server.send, retryDelay: () => 0 });

beforeEach(() => {
  localStorage.clear();
  server = new Server();
});

describe('replies', () => {
  it('leave one at a time in a conversation, in the order of writing', async () => {
    const outbox = newOutbox();
    outbox.add(entry('1'));
    outbox.add(entry('2'));
    outbox.add(entry('3', 'c2'));
    expect(server.asked).toEqual(['1', '3']);
    await server.accept();
    expect(server.asked).toEqual(['1', '3', '2']);
  });

  it('are on screen at once, and gone when the server has them', async () => {
    const outbox = newOutbox();
    const told = vi.fn<() => void>();
    outbox.subscribe(told);
    outbox.add(entry('1'));
    expect(outbox.snapshot().map((item) => item.state)).toEqual(['sending']);
    await server.accept();
    expect(outbox.snapshot()).toEqual([]);
    expect(localStorage.length).toBe(0);
    expect(told).toHaveBeenCalled();
  });

  it('survive a reload, under the same key', async () => {
    newOutbox().add(entry('1'));
    server = new Server();
    const reloaded = newOutbox();
    expect(reloaded.snapshot().map((item) => item.state)).toEqual(['waiting']);
    reloaded.resume();
    expect(server.asked).toEqual(['1']);
    await server.accept();
    expect(newOutbox().snapshot()).toEqual([]);
  });

  it('wait for the agent when the server cannot be reached, and hold back later ones', async () => {
    const outbox = newOutbox();
    outbox.add(entry('1'));
    outbox.add(entry('2'));
    await server.refuse(problem(0, 'network'));
    expect(outbox.snapshot().map((item) => [item.state, item.isRefused])).toEqual([
      ['stopped', false],
      ['waiting', false],
    ]);
    outbox.retry('1');
    expect(server.asked).toEqual(['1', '1']);
    await server.accept();
    expect(server.asked).toEqual(['1', '1', '2']);
  });

  it('go on past one that was refused for good', async () => {
    const outbox = newOutbox();
    outbox.add(entry('1'));
    outbox.add(entry('2'));
    await server.refuse(problem(409, 'service_window_closed'));
    expect(outbox.snapshot()[0]).toMatchObject({ state: 'stopped', isRefused: true, detail: 'A reason.' });
    expect(server.asked).toEqual(['1', '2']);
  });

  it('are tried again by themselves when the server is busy, and not for ever', async () => {
    const outbox = newOutbox();
    outbox.add(entry('1'));
    for (let attempt = 1; attempt <= 4; attempt++) {
      await vi.waitFor(() => expect(server.asked).toHaveLength(attempt));
      await server.refuse(problem(503));
    }
    expect(outbox.snapshot()[0]?.state).toBe('stopped');
  });

  it('can be discarded, but not while they are being sent', async () => {
    const outbox = newOutbox();
    outbox.add(entry('1'));
    outbox.discard('1');
    expect(outbox.snapshot()).toHaveLength(1);
    await server.refuse(problem(422));
    outbox.discard('1');
    expect(outbox.snapshot()).toEqual([]);
  });

  it('are read with care: what another version has stored does no harm', () => {
    localStorage.setItem(`${PREFIX}9`, '{"text": 5}');
    localStorage.setItem(`${PREFIX}8`, 'not json');
    expect(newOutbox().snapshot()).toEqual([]);
  });
});
