/** Moves the focus. It is never left on the body, from where a keyboard or a screen reader would begin anew. */
const FIELDS = 'input:not([type="hidden"]):not(:disabled), select:not(:disabled), textarea:not(:disabled), [contenteditable="true"]';
const CONTROLS = `${FIELDS}, button:not(:disabled), a[href], summary, [tabindex="0"]`;
/** Elements that stand for their whole pane, the best first. */
const STOPS: Record<string, string> = {
  nav: '[data-list-row][tabindex="0"], input[type="search"]',
  main: '#composer, section[tabindex="0"]',
  // An on-screen keyboard that nobody asked for would cover half of what is to be read.
  touch: 'section[tabindex="0"], section#composer',
};

const isShown = (element: HTMLElement): boolean => element.checkVisibility?.({ visibilityProperty: true }) ?? true;

function firstIn(place: ParentNode, selector: string): HTMLElement | null {
  for (const part of selector.split(', '))
    for (const found of place.querySelectorAll<HTMLElement>(part)) if (isShown(found)) return found;
  return null;
}

/** Where work in a dialog begins: at its first field, else at its first button that is not the way out. */
export function startOf(dialog: HTMLElement): HTMLElement {
  const marked = dialog.querySelector<HTMLElement>('[data-autofocus]');
  if (marked) return marked;
  const inBody = [...dialog.querySelectorAll<HTMLElement>(CONTROLS)].filter(
    (element) => isShown(element) && element.closest('[data-dialog-bar]') === null,
  );
  const field = inBody.find((element) => element.matches(FIELDS));
  if (field instanceof HTMLInputElement && field.type === 'radio')
    return inBody.find((element) => element instanceof HTMLInputElement && element.name === field.name && element.checked) ?? field;
  return field ?? inBody[0] ?? dialog;
}

/** Gives the focus back to where it came from or, if that is gone, to what stands nearest to it. */
export function giveFocusBack(before: Element | null, near: readonly Element[] = []): void {
  if (before instanceof HTMLElement && before !== document.body && before.isConnected && isShown(before)) {
    before.focus();
    if (document.activeElement === before) return setCaret(before);
  }
  nearest(near)?.focus();
}

/**
 * Chromium gives the focus back by itself when a dialog closes, to a field that is still inert at that moment: it has
 * the focus then, and no caret, so that what is typed goes nowhere.
 */
function setCaret(field: HTMLElement): void {
  const isText = field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.selectionStart !== null);
  if (isText) field.setSelectionRange(field.selectionStart, field.selectionEnd);
}

/** The caller gets the elements around one, the closest first. They must be noted while the element is still there. */
export function around(element: Element | null): Element[] {
  const found: Element[] = [];
  for (let at = element?.parentElement; at && at !== document.body; at = at.parentElement) found.push(at);
  return found;
}

function nearest(near: readonly Element[]): HTMLElement | null {
  const modal = [...document.querySelectorAll<HTMLDialogElement>('dialog[open]')].at(-1);
  if (modal) return startOf(modal);
  for (const place of near)
    if (place.isConnected && place.matches('nav, main, aside, header')) {
      const found = stopIn(place);
      if (found) return found;
    }
  for (const name of ['main', 'nav', 'header']) {
    const place = document.querySelector(name);
    const found = place && stopIn(place);
    if (found) return found;
  }
  return null;
}

function stopIn(place: Element): HTMLElement | null {
  const name = place.localName;
  const isTouch = name === 'main' && !window.matchMedia('(hover: hover)').matches;
  const stops = STOPS[isTouch ? 'touch' : name];
  return (stops === undefined ? null : firstIn(place, stops)) ?? firstIn(place, CONTROLS);
}
