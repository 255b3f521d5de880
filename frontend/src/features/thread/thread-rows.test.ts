import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../lib/outbox-entry';
import { aMessage } from '../../testing/samples';
import { threadRows } from './thread-rows';

const at = (day: number, minute: number) => new Date(2026, 10, day, 12, minute).toISOString();
const entry = (id: string, time: string): OutboxEntry => ({
  clientMessageId: id,
  conversationId: 'c1',
  phoneNumberId: '100',
  text: 'Hi',
  replyTo: null,
  createdAt: time,
  state: 'sending',
  detail: null,
  code: null,
  isKept: true,
});

describe('the rows of a thread', () => {
  it('separates days, and names where reading begins', () => {
    const messages = [
      aMessage({ id: 'a', timestamp: at(1, 0) }),
      aMessage({ id: 'b', timestamp: at(2, 0) }),
      aMessage({ id: 'c', timestamp: at(2, 1) }),
    ];
    const kinds = threadRows(messages, [], 'c').map((row) => row.kind);
    expect(kinds).toEqual(['day', 'message', 'day', 'message', 'unread', 'message']);
  });

  it('keeps what stands at its top when older messages come', () => {
    const page = [aMessage({ id: 'b', timestamp: at(2, 0) }), aMessage({ id: 'c', timestamp: at(2, 9) })];
    const before = threadRows(page, [], null, undefined, true).map((row) => row.key);
    for (const day of [1, 2]) {
      const older = aMessage({ id: 'a', timestamp: at(day, 0) });
      for (const hasOlder of [true, false]) {
        const after = threadRows([older, ...page], [], null, undefined, hasOlder).map((row) => row.key);
        expect(after.slice(-before.length)).toEqual(before);
      }
    }
    expect(threadRows(page, [], null).at(0)?.kind).toBe('day');
  });

  it('groups what one side writes within five minutes', () => {
    const messages = [
      aMessage({ id: 'a', timestamp: at(1, 0) }),
      aMessage({ id: 'b', timestamp: at(1, 4) }),
      aMessage({ id: 'c', timestamp: at(1, 10) }),
      aMessage({ id: 'd', timestamp: at(1, 10), direction: 'outbound' }),
      aMessage({ id: 'e', timestamp: at(1, 10), direction: 'outbound', status: 'failed' }),
    ];
    const starts = threadRows(messages, [], null).flatMap((row) => (row.kind === 'message' ? [row.startsGroup] : []));
    expect(starts).toEqual([true, false, true, true, true]);
  });

  it('groups what one of us writes, with what is still on its way', () => {
    const by = (id: string) => ({ kind: 'member' as const, id, name: id });
    const messages = ['ben', 'ben', 'ada'].map((id, n) =>
      aMessage({ id: `m${n}`, timestamp: at(1, n), direction: 'outbound', sent_by: by(id) }),
    );
    const rows = threadRows(messages, [entry('k', at(1, 3))], null, undefined, false, [], 'ada');
    expect(rows.flatMap((row) => ('startsGroup' in row ? [row.startsGroup] : []))).toEqual([true, false, true, false]);
  });

  it('keeps the key of a reply when the server has stored it, and shows it once', () => {
    const local = threadRows([], [entry('k', at(1, 0))], null).at(-1);
    const message = aMessage({ id: 'm', direction: 'outbound', client_message_id: 'k', timestamp: at(1, 0) });
    const both = threadRows([message], [entry('k', at(1, 0))], null);
    expect(both).toHaveLength(2);
    expect(both.at(-1)?.kind).toBe('message');
    expect(both.at(-1)?.key).toBe(local?.key);
  });

  it('gives every row a key of its own', () => {
    const messages = Array.from({ length: 40 }, (_, index) => aMessage({ id: `m${index}`, timestamp: at(1 + (index % 9), 0) }));
    const rows = threadRows(messages, [], 'm5');
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });

  it('shows what is about the conversation across it', () => {
    expect(threadRows([aMessage({ message_type: 'system' })], [], null).at(-1)?.kind).toBe('system');
  });

  it('leaves out reactions that arrived, and failures that were put away', () => {
    const out = { direction: 'outbound' as const };
    const messages = [
      aMessage({ id: 'a', ...out, message_type: 'reaction', status: 'sent' }),
      aMessage({ id: 'b', ...out, message_type: 'reaction', status: 'failed' }),
      aMessage({ id: 'c', ...out, status: 'failed' }),
      aMessage({ id: 'd', ...out, status: 'sent' }),
    ];
    const shown = threadRows(messages, [], null, new Set(['c', 'd'])).flatMap((row) => ('message' in row ? [row.message.id] : []));
    expect(shown).toEqual(['b', 'd']);
  });
});
