import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ReadReceipts } from './read-receipts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What was told, and how it is answered. */
function aServer() {
  const told: string[] = [];
  const waiting: { answer: () => void; refuse: () => void }[] = [];
  const tell = (upTo: string) => {
    told.push(upTo);
    return new Promise<void>((answer, refuse) => waiting.push({ answer, refuse: () => refuse(new Error('No.')) }));
  };
  return { told, tell, answer: () => waiting.shift()?.answer(), refuse: () => waiting.shift()?.refuse() };
}

it('the first is told at once, and of many that come together the last, one request at a time', async () => {
  const [receipts, server] = [new ReadReceipts(), aServer()];
  receipts.sendBy(server.tell);
  receipts.read('m1');
  expect(server.told).toEqual(['m1']);
  for (const id of ['m2', 'm3', 'm4']) receipts.read(id);
  // However long the answer takes, the next one waits for it.
  await vi.advanceTimersByTimeAsync(5000);
  expect(server.told).toEqual(['m1']);
  server.answer();
  await vi.advanceTimersByTimeAsync(0);
  expect(server.told).toEqual(['m1', 'm4']);
  server.answer();
  for (let n = 0; n < 50; n++) {
    receipts.read(`n${n}`);
    await vi.advanceTimersByTimeAsync(100);
    server.answer();
  }
  await vi.advanceTimersByTimeAsync(1000);
  server.answer();
  expect(server.told.length).toBeLessThan(14);
  expect(server.told.at(-1)).toBe('n49');
  await vi.advanceTimersByTimeAsync(0);
  expect(receipts.isRead('n49')).toBe(true);
});

it('what waits to be told is told when the thread is left', async () => {
  const [receipts, server] = [new ReadReceipts(), aServer()];
  const leave = receipts.sendBy(server.tell);
  receipts.read('m1');
  server.answer();
  await vi.advanceTimersByTimeAsync(10);
  receipts.read('m2');
  expect(server.told).toEqual(['m1']);
  leave();
  expect(server.told).toEqual(['m1', 'm2']);
  // The same where an answer is still on its way.
  const again = receipts.sendBy(server.tell);
  receipts.read('m3');
  expect(server.told).toEqual(['m1', 'm2']);
  again();
  expect(server.told).toEqual(['m1', 'm2', 'm3']);
  await vi.advanceTimersByTimeAsync(5000);
  expect(server.told).toEqual(['m1', 'm2', 'm3']);
});

it('what was refused is told again when it is read again, and what came meanwhile by itself', async () => {
  const [receipts, server] = [new ReadReceipts(), aServer()];
  receipts.sendBy(server.tell);
  receipts.read('m1');
  server.refuse();
  await vi.advanceTimersByTimeAsync(5000);
  expect(server.told).toEqual(['m1']);
  expect(receipts.isRead('m1')).toBe(false);
  receipts.read('m1');
  receipts.read('m2');
  server.refuse();
  await vi.advanceTimersByTimeAsync(5000);
  expect(server.told).toEqual(['m1', 'm1', 'm2']);
});
