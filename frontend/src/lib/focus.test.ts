// @vitest-environment jsdom
import { beforeEach, expect, it } from 'vitest';
import { around, giveFocusBack, startOf } from './focus';

beforeEach(() => {
  document.body.innerHTML = `
    <header><button id="menu">Menu</button></header>
    <nav><input type="search" id="search"><a id="row" href="#" tabindex="0" data-list-row>Row</a></nav>
    <main><section tabindex="0" id="thread"><button id="delete">Delete</button></section><textarea id="composer"></textarea></main>
    <aside><button id="close">Close</button></aside>`;
});

const element = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;
const focused = () => document.activeElement?.id;

it('goes back to where it came from', () => {
  giveFocusBack(element('menu'));
  expect(focused()).toBe('menu');
});

it.each([
  ['delete', 'composer'],
  ['row', 'search'],
  ['close', 'composer'],
])('where %s is gone, goes to %s', (gone, next) => {
  const before = element(gone);
  const near = around(before);
  before.remove();
  giveFocusBack(before, near);
  expect(focused()).toBe(next);
});

it('goes to the list where there is no thread, and is never lost', () => {
  const before = element('delete');
  const near = around(before);
  document.querySelector('main')?.remove();
  giveFocusBack(before, near);
  expect(focused()).toBe('row');
  document.querySelector('nav')?.remove();
  giveFocusBack(before, near);
  expect(focused()).toBe('menu');
});

it('stays inside what lies over the page', () => {
  document.body.insertAdjacentHTML('beforeend', '<dialog open><div data-dialog-bar><button>Close</button></div><input id="first"></dialog>');
  giveFocusBack(null, around(element('delete')));
  expect(focused()).toBe('first');
});

it.each([
  ['<div data-dialog-bar><button>Close</button></div><button id="x">Go</button><input id="field">', 'field'],
  ['<input type="hidden"><select id="choice"></select>', 'choice'],
  ['<input type="radio" name="a"><input type="radio" name="a" checked id="second">', 'second'],
  ['<input id="first"><input id="marked" data-autofocus>', 'marked'],
  ['<div data-dialog-bar><button>Close</button></div><button id="only">Go</button>', 'only'],
  ['<div data-dialog-bar><button>Close</button></div><p>Words</p>', 'itself'],
])('%s begins at %s', (html, id) => {
  const dialog = document.createElement('dialog');
  dialog.id = 'itself';
  dialog.innerHTML = html;
  expect(startOf(dialog).id).toBe(id);
});
