import { describe, expect, it } from 'vitest';
import { kindOf, partOf, refusalOf } from './attachments';

const file = (name: string, type: string, size = 1000) => ({ name, type, size });

it.each([
  ['a.jpg', 'image/jpeg', 'image'],
  ['a.svg', 'image/svg+xml', 'document'],
  ['a.mp4', 'video/mp4', 'video'],
  ['a.mp3', 'audio/mpeg', 'audio'],
  ['a.pdf', 'application/pdf', 'document'],
  ['a.docx', '', 'document'],
])('%s of type %j goes out as %s', (name, type, kind) => {
  expect(kindOf(file(name, type))).toBe(kind);
});

describe('a file is refused', () => {
  it.each([
    [file('a.docx', ''), 'document', null],
    [file('a.svg', 'image/svg+xml'), 'document', 'type'],
    [file('a.zip', 'application/zip'), 'document', 'type'],
    [file('a.pdf', 'application/pdf', 101 * 1024 * 1024), 'document', 'size'],
    [file('a.pdf', 'application/pdf', 0), 'document', 'empty'],
    [file('a.heic', 'image/heic', 4_000_000), 'image', null],
    [file('voice.webm', 'audio/webm'), 'voice', null],
    [file('a.jpg', 'image/jpeg'), 'sticker', 'type'],
  ] as const)('%j as %s: %s', (given, kind, reason) => {
    expect(refusalOf(given, kind)?.reason ?? null).toBe(reason);
  });
});

it('a voice note is audio, and has no caption', () => {
  const part = partOf('voice', 'm', { caption: 'x', filename: 'voice.webm' });
  expect(part).toEqual({ type: 'audio', part: { media_id: 'm', voice: true } });
});

it('a document keeps its name', () => {
  const part = partOf('document', 'm', { caption: '', filename: 'März.pdf' });
  expect(part).toEqual({ type: 'document', part: { media_id: 'm', filename: 'März.pdf' } });
});
