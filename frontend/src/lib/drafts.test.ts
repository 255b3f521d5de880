// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetWriting, readDraft, startingDraft, subscribeDrafts, writeDraft } from './drafts';

const stored = { text: 'From the phone', reply_to: 'm1', updated_at: '2026-11-22T10:00:00.000000Z' };

beforeEach(() => localStorage.clear());

describe('the draft that a conversation opens with', () => {
  it('is what this browser has not told the server yet', () => {
    const local = { text: 'Newer', replyTo: null, isSaved: false };
    expect(startingDraft(local, { draft: stored })).toEqual(local);
  });

  it('is the server’s otherwise: another device may have gone on', () => {
    const saved = { text: 'Older', replyTo: null, isSaved: true };
    const theirs = { text: 'From the phone', replyTo: 'm1', isSaved: true, base: stored.updated_at };
    expect(startingDraft(saved, { draft: stored })).toEqual(theirs);
    expect(startingDraft(null, { draft: stored })).toEqual(theirs);
  });

  it('is none where another device has sent it', () => {
    expect(startingDraft({ text: 'Sent there', replyTo: null, isSaved: true }, { draft: null })).toBeNull();
  });
});

it('is stored, told of, and forgotten when its writer leaves', () => {
  const told = vi.fn<() => void>();
  const stop = subscribeDrafts(told);
  const draft = { text: 'Hello', replyTo: null, isSaved: false };
  writeDraft('u1', 'c1', draft);
  writeDraft('u2', 'c1', draft);
  localStorage.setItem('livechat.outbox.u1.x', '{}');
  expect(told).toHaveBeenCalledTimes(2);
  expect(readDraft('u1', 'c1')).toEqual({ ...draft, base: null });
  forgetWriting('u1');
  expect(Object.keys(localStorage)).toEqual(['livechat.draft.u2.c1']);
  stop();
});

it.each(['', 'plain text', '5', 'null', '{"text": 5}'])('reads %j with care', (text) => {
  localStorage.setItem('livechat.draft.u1.c1', text);
  expect(readDraft('u1', 'c1')).toBeNull();
});
