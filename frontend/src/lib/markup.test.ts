import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, type Inline, parseInline, parseMarkup, plainText } from './markup';

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

  it('is read in good time, however it is made to hinder', () => {
    for (const evil of ['*a '.repeat(1365), '_'.repeat(4096), '`'.repeat(4096), 'h'.repeat(4096), '*_~'.repeat(1365)]) {
      const before = process.cpuUsage();
      parseMarkup(evil);
      // Of the processor and not of the clock: other programs run beside the tests.
      expect(process.cpuUsage(before).user).toBeLessThan(500_000);
    }
  });
});

it('makes one line of a text', () => {
  expect(plainText('*Two* boxes:\n- _kaju_ katli\n- ladoo')).toBe('Two boxes: kaju katli ladoo');
});
