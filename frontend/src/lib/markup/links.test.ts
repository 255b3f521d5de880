import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Inline, parseInline } from './markup';

const found = (text: string): [string, string][] => {
  const walk = (nodes: Inline[]): [string, string][] =>
    nodes.flatMap((node) =>
      node.kind === 'link' ? [[node.text, node.href] as [string, string]] : 'children' in node ? walk(node.children) : [],
    );
  return walk(parseInline(text));
};
const shown = (text: string): string[] => found(text).map(([text_]) => text_);

describe('brackets and punctuation', () => {
  it.each([
    ['https://en.wikipedia.org/wiki/Terminator_(franchise)', 'https://en.wikipedia.org/wiki/Terminator_(franchise)'],
    ['https://x.org/a?x=[1]', 'https://x.org/a?x=[1]'],
    ['https://x.org/{id}/b', 'https://x.org/{id}/b'],
    ['https://x.org/a_(b_(c))', 'https://x.org/a_(b_(c))'],
    ['https://x.org/「見出し」', 'https://x.org/「見出し」'],
    ['(https://x.org/a)', 'https://x.org/a'],
    ['(see https://x.org/a_(b))', 'https://x.org/a_(b)'],
    ['[https://x.org/a]', 'https://x.org/a'],
    ['{https://x.org/a}', 'https://x.org/a'],
    ['<https://x.org/a>', 'https://x.org/a'],
    ['「https://x.org/a」', 'https://x.org/a'],
    ['『https://x.org/a』です', 'https://x.org/a'],
    ['（https://x.org/a）', 'https://x.org/a'],
    ['【https://x.org/a】', 'https://x.org/a'],
    ['“https://x.org/a”', 'https://x.org/a'],
    ['«https://x.org/a»', 'https://x.org/a'],
    ['"https://x.org/a"', 'https://x.org/a'],
    ['[here](https://x.org/a)', 'https://x.org/a'],
    ['https://x.org(our site)', 'https://x.org'],
    ['https://x.org/a)b', 'https://x.org/a'],
    ['https://x.org/a(', 'https://x.org/a'],
    ['([https://x.org/a)]', 'https://x.org/a'],
    ['https://x.org/a.', 'https://x.org/a'],
    ['https://x.org/a?!…', 'https://x.org/a'],
    ['https://x.org/a,b;c:d', 'https://x.org/a,b;c:d'],
    ['https://x.org/a。次の', 'https://x.org/a'],
    ['https://x.org/a、https', 'https://x.org/a'],
    ['https://x.org/a؟', 'https://x.org/a'],
    ['https://x.org/a।', 'https://x.org/a'],
    ['https://x.org/Schindler’s_List', 'https://x.org/Schindler’s_List'],
    ['‘https://x.org/a’', 'https://x.org/a'],
    ['*https://x.org/a*', 'https://x.org/a'],
    ['_https://x.org/a_b_', 'https://x.org/a_b'],
    ['https://x.org/a_b_c', 'https://x.org/a_b_c'],
  ])('%s', (text, link) => {
    expect(shown(text)).toEqual([link]);
  });
});

describe('where an address begins', () => {
  it.each(['詳細は', 'تفاصيل', '→', '👉', '、', '(', '見る:', 'см', ''])('after “%s” no blank is needed', (before) => {
    expect(shown(`${before}https://example.com/path`)).toEqual(['https://example.com/path']);
    expect(shown(`${before}www.example.com`)).toEqual(['www.example.com']);
    expect(shown(`${before}asha@example.com`)).toEqual(['asha@example.com']);
  });

  it('finds each of several in a line', () => {
    expect(shown('a https://x.org, www.y.org and (z@w.org) or +44 20 7946 0958')).toEqual([
      'https://x.org', 'www.y.org', 'z@w.org', '+44 20 7946 0958',
    ]);
    expect(shown('https://a.b(https://c.d)')).toEqual(['https://a.b(https://c.d)']);
    expect(shown('https://a.b)https://c.d)')).toEqual(['https://a.b', 'https://c.d']);
    expect(shown('https://a.b(https://c.d(')).toEqual(['https://a.b', 'https://c.d']);
  });
});

describe('mail, phone and www', () => {
  it.each([
    ['asha@example.com', 'mailto:asha@example.com'],
    ['asha.k+shop@mail.example.co.uk', 'mailto:asha.k+shop@mail.example.co.uk'],
    ['(asha@example.com)', 'mailto:asha@example.com'],
    ['asha@example.com.', 'mailto:asha@example.com'],
    ['mailはa@b.comです', 'mailto:a@b.com'],
    ['mailto:asha@example.com', 'mailto:asha@example.com'],
    ['_asha@example.com_', 'mailto:asha@example.com'],
    ['www.example.com', 'https://www.example.com/'],
    ['WWW.Example.com/A?b=c', 'https://www.example.com/A?b=c'],
    ['+91 77559 91051', 'tel:+917755991051'],
    ['+917755991051', 'tel:+917755991051'],
    ['(+91) 77559-91051', 'tel:+917755991051'],
    ['+44 (0)20 7946 0958', 'tel:+442079460958'],
    ['0044 20 7946 0958', 'tel:+442079460958'],
    ['+49.89.1234567', 'tel:+49891234567'],
    ['020 7946 0958', 'tel:02079460958'],
    ['(020) 7946 0958', 'tel:02079460958'],
    ['(415) 555-0829', 'tel:4155550829'],
    ['98220 12345', 'tel:9822012345'],
    ['tel:+917755991051', 'tel:+917755991051'],
    ['Tel.:030 12345678.', 'tel:03012345678'],
    ['電話03-1234-5678まで', 'tel:0312345678'],
  ])('%s', (text, href) => {
    expect(found(text).map(([, to]) => to)).toEqual([href]);
  });

  it('tells two numbers apart', () => {
    expect(shown('9822012345 9822012346')).toEqual(['9822012345', '9822012346']);
  });

  it.each([
    '2026-11-22', '22-11-2026 10:30', '22.11.2026', '10:30-11:45', '1,200.00', '18.52043, 73.85674', '192.168.100.200',
    '12345678', '4111 1111 1111 1111', '#1043558899', '€1043558899', 'A1043558899', '1043558899kg', '1.234567891',
    'a@b', '@asha', 'asha@', 'a@b@c.com', 'a..b@c.com', 'asha@example.com@', 'www.', 'www.a', 'www..com', 'www.1.2',
    'xwww.example.com', 'user@www.example.com@', 'tel:123', 'tel:abc', 'mailto:', 'mailto:a', 'https://', 'http:/x.y',
  ])('%s is text', (text) => {
    expect(shown(text)).toEqual([]);
  });
});

describe('what may deceive', () => {
  it.each([
    'javascript:alert(1)', 'JAVASCRIPT://www', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', 'blob:https',
    'https://bank.example@evil.example/', 'https://user:pass@evil.example/', 'ftp://example.com',
  ])('%s is no link', (text) => {
    expect(shown(text)).toEqual([]);
  });

  it.each([
    ['https://аррӏе.com/x', 'https://xn--80ak6aa92e.com/x'],
    ['https://gоogle.com', 'https://xn--gogle-jye.com'],
    ['https://ｐaypal.com.münchen.de', 'https://paypal.com.xn--mnchen-3ya.de'],
    ['www.αpple.com', 'www.xn--pple-zld.com'],
  ])('%s shows where it leads', (text, expected) => {
    expect(shown(text)).toEqual([expected]);
  });

  it.each(['https://münchen.de/', 'https://例え.jp', 'https://президент.рф', 'https://موقع.com', 'https://ελλάδα.ελ'])(
    '%s is what it seems',
    (text) => {
      expect(shown(text)).toEqual([text]);
    },
  );

  it('ends before characters that are not seen, or turn what follows', () => {
    expect(shown('https://x.org/\u202Egpj.exe')).toEqual(['https://x.org/']);
    expect(shown('https://x.org/a\u200Bb')).toEqual(['https://x.org/a']);
    expect(shown('https://x.org\\@evil.org')).toEqual(['https://x.org']);
  });
});

it('links nothing but the web, mail and phones, whatever is written', () => {
  const pieces = fc.constantFrom(
    'https://', 'HTTP://', 'www.', 'mailto:', 'tel:', 'javascript:', 'a', '.b', '.com', '@', '(', ')', '[', ']', '「', '」',
    '%', '?', '#', '+', '0', '91', ' ', '-', '*', '_', 'é', 'о', '例', '\u202E', '\u0000', '/',
  );
  fc.assert(
    fc.property(fc.string({ unit: pieces, maxLength: 30 }), (text) => {
      for (const [, href] of found(text)) {
        expect(href).toMatch(/^(?:https?:\/\/|mailto:|tel:)/);
        expect(new URL(href).username).toBe('');
      }
    }),
    { numRuns: 2000 },
  );
});
