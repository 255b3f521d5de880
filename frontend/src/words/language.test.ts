import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { arabic } from './ar';
import { catalogue, isGroup, overwrite, type Sentences, speak } from './catalogue';
import { pseudo, pseudoText } from './pseudo';

it('pseudo text is 40 in 100 longer, accented, and keeps the space at its end', () => {
  expect(pseudoText('Save')).toBe('Šåṽé ö');
  expect(pseudoText('You: ')).toMatch(/ $/);
  expect(pseudoText('99+')).toBe('99+');
  for (const text of ['Send', 'Conversations', 'Only a template can reopen this chat'])
    expect(pseudoText(text).length / text.length).toBeGreaterThan(1.3);
});

it('a catalogue is translated when the language is chosen, and one that comes later when it comes', () => {
  const early = catalogue('early', { a: 'One', of: { b: (count: number) => `${count} times` }, list: [['Key', 'What']] });
  speak((_name, sentences) => pseudo(sentences));
  const late = catalogue('late', { a: 'Two' });
  expect(early.a).toBe(pseudoText('One'));
  expect(early.of.b(3)).toBe(pseudoText('3 times'));
  expect(early.list[0]?.[1]).toBe(pseudoText('What'));
  expect(late.a).toBe(pseudoText('Two'));
  speak(() => undefined);
});

it('what a translation lacks stays as it is', () => {
  const english = { a: 'One', of: { b: 'Two', c: 'Three' } };
  overwrite(english, { of: { b: 'اثنان' } });
  expect(english).toEqual({ a: 'One', of: { b: 'اثنان', c: 'Three' } });
});

it('Arabic counts as Arabic does', () => {
  const { palette } = arabic.page as { palette: { count: (count: number) => string } };
  const forms = [0, 1, 2, 3, 11, 100].map((count) => palette.count(count).replace(/[\d٠-٩]+/, '#'));
  expect(forms).toEqual(['لا نتائج', 'نتيجة واحدة', 'نتيجتان', '# نتائج', '# نتيجة', '# نتيجة']);
});

const PARTS = ['activity-en', 'attributes-en', 'bulk-en', 'changes-en', 'compose-en', 'details-en', 'edits-en', 'en', 'handling-en', 'inbox-en', 'join-en', 'keyboard-en', 'kinds-en', 'later-en', 'lightbox-en', 'macros-en', 'message-en', 'numbers-en', 'own-en', 'person-en', 'presence-en', 'rules-en', 'search-en', 'sign-in-en', 'team-en', 'user-en', 'when-en', 'writing-en'];

/** Names of all sentences, as “page.inbox.empty”. */
const namesIn = (value: unknown, name: string): string[] =>
  isGroup(value) ? Object.entries(value).flatMap(([inner, one]) => namesIn(one, `${name}.${inner}`)) : [name];

it('every sentence of every catalogue is there in Arabic, and none of them in Latin letters alone', async () => {
  const files = readdirSync('src/words').filter((name) => /(^|-)en\.ts$/.test(name));
  expect(files.map((name) => name.replace('.ts', '')).toSorted()).toEqual(PARTS.toSorted());
  await Promise.all(Object.values(import.meta.glob('./*en.ts')).map((load) => load()));
  const english: Record<string, Sentences> = {};
  speak((name, sentences) => (english[name] = sentences));
  speak(() => undefined);
  for (const name of ['early', 'late']) delete english[name];
  const found = Object.entries(arabic).flatMap(([name, sentences]) => namesIn(sentences, name));
  const wanted = Object.entries(english).flatMap(([name, sentences]) => namesIn(sentences, name));
  expect(wanted.filter((name) => !found.includes(name))).toEqual([]);
  expect(found.filter((name) => !wanted.includes(name))).toEqual([]);
  const latin = (value: unknown, name: string): string[] => {
    if (isGroup(value)) return Object.entries(value).flatMap(([inner, one]) => latin(one, `${name}.${inner}`));
    return typeof value === 'string' && /[A-Za-z]/.test(value) && !/[\u0600-\u06ff]/.test(value) ? [name] : [];
  };
  expect(latin(arabic, 'arabic')).toEqual([]);
});
