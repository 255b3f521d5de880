// @vitest-environment jsdom
import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { Store } from './storage';

const refuse = (): never => {
  throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
};
/** Today's storage, as the browser gives it: some of what is asked of it may be refused. */
const storageWith = (...refused: string[]) =>
  new Proxy(localStorage, {
    get: (target, name) => {
      if (refused.includes(String(name))) return refuse;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

beforeEach(() => localStorage.clear());

describe('what the page keeps', () => {
  it.each([
    ['takes all', () => storageWith(), true],
    ['is full', () => storageWith('setItem'), false],
    ['lets nothing go', () => storageWith('setItem', 'removeItem'), false],
    ['answers nothing', () => storageWith('getItem', 'setItem', 'removeItem', 'key'), false],
    ['cannot be named', refuse, false],
  ])('is there for the page where the storage %s', (_, open, isKept) => {
    const store = new Store(open);
    expect(store.set('a.1', 'x')).toBe(isKept);
    expect([store.get('a.1'), store.isKept('a.1'), store.keys('a.')]).toEqual(['x', isKept, ['a.1']]);
    store.remove('a.1');
    expect([store.get('a.1'), store.keys('a.')]).toEqual([null, []]);
  });

  it('is what was written last, where the storage keeps what was before', () => {
    localStorage.setItem('a', 'old');
    const store = new Store(() => storageWith('setItem'));
    store.set('a', 'new');
    expect([store.get('a'), store.isKept('a')]).toEqual(['new', false]);
  });
});

it('goes through this file alone', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.tsx?$/.test(name) && !/\.test\./.test(name) && !name.endsWith('storage.ts'),
  );
  const found = sources.filter((name) => /\b(localStorage|sessionStorage)\b\s*[.[)]/.test(readFileSync(`src/${name}`, 'utf8')));
  expect(found).toEqual([]);
});
