import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const SOURCES = 'src';
const ATTRIBUTE = /^onKey(Down|Up|Press)(Capture)?$/;
const EVENT = /^key(down|up|press)$/;

/** Handlers of keys, inline or by their name, that do not ask whether a key belongs to an input method. */
function careless(name: string, source: string): string[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const functions = new Map<string, ts.Node>();
  const handlers: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionDeclaration(node) && node.name) functions.set(node.name.text, node);
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer)
      functions.set(node.name.text, node.initializer);
    if (ts.isJsxAttribute(node) && ATTRIBUTE.test(node.name.getText(file))) {
      const value = node.initializer;
      if (value && ts.isJsxExpression(value) && value.expression) handlers.push(value.expression);
    }
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'addEventListener') {
      const [event, handler] = node.arguments;
      if (event && ts.isStringLiteralLike(event) && EVENT.test(event.text) && handler) handlers.push(handler);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return handlers.flatMap((handler) => {
    // A handler that is handed in is looked at where it is made.
    const made = ts.isIdentifier(handler) ? functions.get(handler.text) : handler;
    if (!made || /\bisComposing\(/.test(made.getText(file))) return [];
    return [`${name}: ${handler.getText(file).slice(0, 60)}`];
  });
}

it('finds a handler that does not ask', () => {
  const source = `
    const onKeyDown = (event) => { if (event.key === 'Enter') choose(); };
    const good = (event) => { if (isComposing(event)) return; choose(); };
    window.addEventListener('keydown', (event) => close(event));
    const all = <p onKeyDown={onKeyDown} onKeyUp={good} onKeyPress={(event) => isComposing(event) || go()}><b onKeyDown={given} /></p>;`;
  expect(careless('a.tsx', source).map((line) => line.slice(0, 20))).toEqual(['a.tsx: (event) => cl', 'a.tsx: onKeyDown']);
});

it('every handler of keys leaves an input method its keys', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  const found = files
    .filter((name) => !/\.test\.tsx?$/.test(name))
    .flatMap((name) => careless(name, readFileSync(join(SOURCES, name), 'utf8')));
  expect(found).toEqual([]);
});
