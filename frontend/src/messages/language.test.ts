import { expect, it } from 'vitest';
import { arabic } from './ar';
import { catalogue, overwrite, speak } from './catalogue';
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
