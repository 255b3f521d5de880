import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const SOURCES = 'src';
const SPOKEN = new Set(['aria-label', 'aria-description', 'aria-roledescription', 'alt', 'label', 'placeholder', 'title']);
const LETTER = /\p{L}/u;

/** Words in a component that no other language could replace: text between tags, and spoken attributes. */
function literals(name: string, source: string): string[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const report = (node: ts.Node, text: string) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    if (LETTER.test(text)) found.push(`${name}:${line + 1} ${text.trim()}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) report(node, node.text);
    if (ts.isJsxExpression(node) && node.expression && ts.isStringLiteralLike(node.expression) && !ts.isJsxAttribute(node.parent))
      report(node, node.expression.text);
    if (ts.isJsxAttribute(node) && SPOKEN.has(node.name.getText(file))) {
      const value = node.initializer;
      const inner = value && ts.isJsxExpression(value) ? value.expression : value;
      if (inner && ts.isStringLiteralLike(inner)) report(node, inner.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

it('finds words', () => {
  const source = '<p title="Hello">World {"and"} {t.more} <img alt={`all`} /> · </p>';
  expect(literals('a.tsx', source).map((line) => line.split(' ')[1])).toEqual(['Hello', 'World', 'and', 'all']);
});

it('no component holds words of its own: they are in words', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tsx'));
  expect(files.length).toBeGreaterThan(20);
  const found = files
    .filter((name) => !name.endsWith('.test.tsx'))
    .flatMap((name) => literals(name, readFileSync(join(SOURCES, name), 'utf8')));
  expect(found).toEqual([]);
});
