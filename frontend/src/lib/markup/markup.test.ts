import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, type Inline, newWork, parseInline, parseMarkup, plainText } from './markup';

const inlineText = (nodes: Inline[]): string =>
  nodes.map((node) => ('children' in node ? inlineText(node.children) : node.text)).join('');

function blockText(block: Block): string {
  if (block.kind === 'pre') return block.text;
  if (block.kind === 'list') return block.items.map(inlineText).join('');
  return inlineText(block.children);
}

function links(nodes: Inline[]): string[] {
  return nodes.flatMap((node) =>
    node.kind === 'link' ? [node.href] : 'children' in node ? links(node.children) : [],
  );
}

describe('formatting inside a line', () => {
  it.each([
    ['*bold*', 'bold', 'bold'],
    ['_italic_', 'italic', 'italic'],
    ['~gone~', 'strike', 'gone'],
    ['`code`', 'code', 'code'],
  ])('%s is %s', (text, kind, inner) => {
    const [node] = parseInline(text);
    expect(node?.kind).toBe(kind);
    expect(inlineText(node ? [node] : [])).toBe(inner);
  });

  it('nests', () => {
    expect(parseInline('*_both_*')).toEqual([
      { kind: 'bold', children: [{ kind: 'italic', children: [{ kind: 'text', text: 'both' }] }] },
    ]);
  });

  it.each(['2*3*4', 'a * b * c', '*open', 'snake_case_name', '**', '* *', '*over\nlines*', '``'])(
    '%s stays as it is',
    (text) => {
      expect(parseInline(text)).toEqual([{ kind: 'text', text }]);
    },
  );

  it('keeps code as it is written', () => {
    expect(parseInline('`*not bold*`')).toEqual([{ kind: 'code', text: '*not bold*' }]);
  });
});

describe('links', () => {
  it.each([
    ['see https://example.com/a?b=1.', 'https://example.com/a?b=1'],
    ['(http://example.com)', 'http://example.com/'],
    ['mailto:asha@example.com', 'mailto:asha@example.com'],
    ['tel:+917755991051', 'tel:+917755991051'],
  ])('%s', (text, href) => {
    expect(links(parseInline(text))).toEqual([href]);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'xhttps://example.com', 'http://', 'ftp://example.com'])(
    '%s is text',
    (text) => {
      expect(links(parseInline(text))).toEqual([]);
    },
  );
});

describe('blocks', () => {
  it('reads quotes, lists and code', () => {
    const text = 'Two boxes:\n- kaju katli\n- ladoo\n> was 500\n1. pay\n2. collect\n```a *b*```';
    expect(parseMarkup(text).map((block) => block.kind)).toEqual(['paragraph', 'list', 'quote', 'list', 'pre']);
  });

  it('begins a list where its numbers do', () => {
    const [list] = parseMarkup('4. four\n5. five\n9. nine');
    expect(list).toMatchObject({ kind: 'list', ordered: true, start: 4, items: [expect.anything(), expect.anything()] });
  });
});

describe('any text at all', () => {
  const marks = fc.string({
    unit: fc.constantFrom('*', '_', '~', '`', '>', '-', ' ', '\n', '1', '.', 'a', '<', 'é', '🙂', 'http://x.y'),
    maxLength: 60,
  });
  const letters = (text: string) => text.replace(/[^\p{L}\p{Extended_Pictographic}<]/gu, '');

  it('loses no letter, and invents none', () => {
    fc.assert(
      fc.property(marks, (text) => {
        expect(letters(parseMarkup(text).map(blockText).join(''))).toBe(letters(text));
      }),
    );
  });

  it('makes links of safe kinds only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const block of parseMarkup(text)) {
          const nodes = block.kind === 'list' ? block.items.flat() : block.kind === 'pre' ? [] : block.children;
          for (const href of links(nodes)) expect(href).toMatch(/^(https?:|mailto:|tel:)/);
        }
      }),
    );
  });

  /** What a text is repeated of: marks, their neighbours, and what else is looked at. */
  const piece = fc.string({
    unit: fc.constantFrom(
      '*', '_', '~', '`', '```', '>', '> ', '- ', '1. ', ' ', '\n', 'a', '1', '+', '(', ')', '[', ']', '「', '」', '.', '@', '%',
      'https://', 'www.', 'mailto:', 'tel:', 'a.b', 'é', '🙂',
    ),
    minLength: 1,
    maxLength: 8,
  });
  const known = [
    ' *a', '*a ', '*', '_', '~', '`', '``', '```', '``` a', '```a```', '*_~', '*_~a~_*', ' *a*', '> *a\n', '- *a\n', '1. a\n',
    '\n', 'https://a.b(', 'https://a.b)', '([https://a.b', 'http://%', 'https://', 'www.', 'www.a', 'mailto:', 'mailto:a@b', 'a@', 'a@b.',
    'a.', '+91', '(', '(1', '1 ', '0', '00', 'h', 'tel:', '.....a', 'https://a.b/....',
  ];
  const stepsOf = (text: string): number => {
    const work = newWork();
    parseMarkup(text, work);
    return work.steps;
  };
  // Two visits of each character, two more where there are addresses, and their own letters; a phone number is tried
  // at each digit, over its own length at most.
  const VISITS = 6;
  const PHONE = 32;

  it.each(known)('takes as many steps as there are characters, of %j', (text) => {
    const most = /[\d(+]/.test(text) ? VISITS + PHONE : VISITS;
    for (const length of [1024, 8192, 65_536])
      expect(stepsOf(text.repeat(Math.ceil(length / text.length)).slice(0, length))).toBeLessThan(most * length + 100);
  });

  it('takes steps with the length of a text, not with its square, whatever it is repeated of', () => {
    fc.assert(
      fc.property(fc.tuple(fc.constantFrom('', 'a', '*', 'https://a.b/'), piece, piece), ([first, text, last]) => {
        for (const length of [500, 4000, 16_000]) {
          const whole = first + text.repeat(Math.ceil(length / text.length)) + last;
          expect(stepsOf(whole)).toBeLessThan((VISITS + PHONE) * whole.length + 100);
        }
      }),
      { numRuns: 150 },
    );
  });

  const countSpans = (nodes: Inline[]): number =>
    nodes.reduce((sum, node) => sum + (node.kind === 'text' ? 0 : 1) + ('children' in node ? countSpans(node.children) : 0), 0);
  const count = (block: Block): number => {
    if (block.kind === 'list') return block.items.reduce((sum, item) => sum + 1 + countSpans(item), 0);
    return 1 + ('children' in block ? countSpans(block.children) : 0);
  };

  it.each([' *a*', '*_~a~_*', '`a`', 'a@b.com ', '- *a*\n', '> a\n', '1. a\n', '```a```', '> a\nb\n'])(
    'of %j makes a bounded number of elements, and loses nothing',
    (text) => {
      const blocks = parseMarkup(text.repeat(10_000));
      expect(blocks.reduce((sum, block) => sum + count(block), 0)).toBeLessThan(2002);
      expect(blocks.map(blockText).join('').replace(/[^ab]/g, '').length).toBe(text.replace(/[^ab]/g, '').length * 10_000);
    },
  );
});

it('makes one line of a text', () => {
  expect(plainText('*Two* boxes:\n- _kaju_ katli\n- ladoo')).toBe('Two boxes: kaju katli ladoo');
});
