// @vitest-environment jsdom
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { keepPageOnDrop } from './keep-page';

beforeAll(keepPageOnDrop);
beforeEach(() => {
  document.body.innerHTML = `
    <main><p>Nothing is open</p></main>
    <textarea></textarea>
    <input type="search" />
    <input type="file" />
    <label><input type="checkbox" /></label>
    <div contenteditable><b>Written</b></div>
    <dialog open><button>Close</button></dialog>`;
});

/** jsdom has no drags: an event with what the page reads of one. */
function drag(type: 'dragover' | 'drop', at: string, types: string[]): { isKept: boolean; effect: string } {
  const event = new Event(type, { bubbles: true, cancelable: true });
  const dataTransfer = { types, dropEffect: 'copy' };
  Object.assign(event, { dataTransfer });
  document.querySelector(at)?.dispatchEvent(event);
  return { isKept: event.defaultPrevented, effect: dataTransfer.dropEffect };
}
const LINK = ['text/uri-list', 'text/html', 'text/plain'];

it.each(['body', 'main', 'p', 'textarea', '[type=search]', '[contenteditable] b', 'dialog', 'button'])(
  'a file that is dropped on %s has the browser leave for nothing',
  (at) => {
    for (const type of ['dragover', 'drop'] as const)
      expect(drag(type, at, ['Files'])).toEqual({ isKept: true, effect: 'none' });
    // A picture of another page is both.
    expect(drag('drop', at, ['Files', ...LINK]).isKept).toBe(true);
  },
);

it('a field for files takes them', () => {
  expect(drag('dragover', '[type=file]', ['Files'])).toEqual({ isKept: false, effect: 'copy' });
  expect(drag('drop', '[type=file]', ['Files']).isKept).toBe(false);
});

it.each(['body', 'p', 'dialog', 'button'])('a link that is dropped on %s is not followed', (at) => {
  expect(drag('dragover', at, LINK).isKept).toBe(true);
  expect(drag('drop', at, LINK).isKept).toBe(true);
});

it.each(['textarea', '[type=search]', '[contenteditable] b'])('text and links that are dropped on %s become text', (at) => {
  for (const types of [LINK, ['text/plain']]) {
    expect(drag('dragover', at, types)).toEqual({ isKept: false, effect: 'copy' });
    expect(drag('drop', at, types).isKept).toBe(false);
  }
});

it('what a part of the page takes is left to it', () => {
  const take = (event: Event) => event.preventDefault();
  document.addEventListener('dragover', take);
  expect(drag('dragover', 'p', ['Files'])).toEqual({ isKept: true, effect: 'copy' });
  document.removeEventListener('dragover', take);
});
