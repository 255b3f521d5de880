import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const SOURCES = 'src';

/** What a room may not know. What a feature needs of another one, `app/` hands to it. */
const CLOSED: Record<string, readonly string[]> = {
  lib: ['hooks', 'components', 'features', 'app'],
  words: ['hooks', 'components', 'features', 'app'],
  hooks: ['components', 'features', 'app'],
  components: ['features', 'app'],
  features: ['app'],
};

/** Every module that a file names: of imports and exports, of those that are loaded later, and of types. */
function namedIn(name: string, source: string): string[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const note = (node: ts.Node | undefined) => {
    if (node && ts.isStringLiteralLike(node)) found.push(node.text);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) note(node.moduleSpecifier);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) note(node.argument.literal);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) note(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const roomOf = (path: string): string => path.split('/')[0] ?? '';
const featureOf = (path: string): string | undefined => (roomOf(path) === 'features' ? path.split('/')[1] : undefined);

/** Imports of a file that lead where its room may not look. */
function trespasses(name: string, source: string): string[] {
  const inside = namedIn(name, source)
    .filter((spec) => spec.startsWith('.'))
    .map((spec) => posix.join(posix.dirname(name), spec));
  const isTest = /\.test\.tsx?$/.test(name) || roomOf(name) === 'testing';
  return inside
    .filter((path) => {
      const [from, to] = [featureOf(name), featureOf(path)];
      if (from !== undefined && to !== undefined) return from !== to;
      if (roomOf(path) === 'testing') return !isTest;
      return CLOSED[roomOf(name)]?.includes(roomOf(path)) ?? false;
    })
    .map((path) => `${name} -> ${path}`);
}

it('finds an import that leads out of its room, in whatever way it is written', () => {
  const source = `
    import { a } from '../b/b';
    import type { B } from '../../app/b';
    export { c } from '../../features/c/c';
    const d = lazyPart(() => import('../d/d'));
    type E = typeof import('../e/e');
    import { aMessage } from '../../testing/samples';
    import { good } from './good'; import { t } from '../../words/en'; import Dialog from '../../components/dialog'; import React from 'react';`;
  expect(trespasses('features/a/a.tsx', source).map((line) => line.split(' -> ')[1])).toEqual([
    'features/b/b',
    'app/b',
    'features/c/c',
    'features/d/d',
    'features/e/e',
    'testing/samples',
  ]);
  const down = "import '../features/a/a'; import '../components/b'; import '../hooks/c'; import '../app/d'; import './e';";
  expect(['lib/x.ts', 'words/x.ts', 'hooks/x.ts', 'components/x.tsx', 'app/x.tsx'].map((name) => trespasses(name, down).length)).toEqual([
    4, 4, 3, 2, 0,
  ]);
  expect(trespasses('features/a/a.test.tsx', "import '../../testing/samples'; import '../b/b';")).toEqual(['features/a/a.test.tsx -> features/b/b']);
});

it('features do not know each other, and what is shared knows none of them', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.tsx?$/.test(name));
  expect(new Set(files.map(featureOf)).size).toBeGreaterThan(8);
  expect(files.flatMap((name) => trespasses(name, readFileSync(join(SOURCES, name), 'utf8')))).toEqual([]);
});
