import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aMessage } from '../testing/samples';
import { mergeMessage, tickOf } from './status';
import type { MessageStatus } from './types';

const out = (status: MessageStatus) => aMessage({ direction: 'outbound', status });

describe('two readings of one message', () => {
  it.each([
    ['read', 'delivered', 'read'],
    ['delivered', 'sent', 'delivered'],
    ['sent', 'failed', 'failed'],
    ['failed', 'delivered', 'delivered'],
    ['failed', 'sent', 'failed'],
    ['unknown', 'sent', 'sent'],
    ['sending', 'queued', 'queued'],
    ['sent', 'queued', 'sent'],
  ] as const)('%s, then %s, is %s', (known, incoming, result) => {
    expect(mergeMessage(out(known), out(incoming)).status).toBe(result);
  });

  it('takes what else has changed', () => {
    const incoming = { ...out('sent'), reactions: [{ from: 'customer' as const, emoji: '👍' }] };
    const merged = mergeMessage({ ...out('read'), read_at: '2026-11-22T10:01:00.000000Z' }, incoming);
    expect(merged).toMatchObject({ status: 'read', read_at: '2026-11-22T10:01:00.000000Z' });
    expect(merged.reactions).toHaveLength(1);
  });

  it('ends the same, in whatever order Meta tells', () => {
    const told = fc.shuffledSubarray(['sent', 'delivered', 'read', 'sent', 'delivered'] as const, { minLength: 5 });
    fc.assert(
      fc.property(told, (statuses) => {
        const end = statuses.reduce((known, status) => mergeMessage(known, out(status)), out('queued'));
        expect(end.status).toBe('read');
      }),
    );
  });
});

it('shows ticks for our own messages only', () => {
  expect(tickOf(aMessage())).toBeNull();
  const statuses = ['queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown'] as const;
  expect(statuses.map((status) => tickOf(out(status)))).toEqual([
    'clock',
    'clock',
    'sent',
    'delivered',
    'read',
    'failed',
    'unknown',
  ]);
});
