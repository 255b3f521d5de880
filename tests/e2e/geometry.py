"""What an eye sees at once and no rule of accessibility asks for: words cut off, things on top of each other."""

from typing import Any

# Of what lies on top alone: a modal dialog, else a menu or picker, else the page.
_FAULTS = """() => {
  const roots = [...document.querySelectorAll('dialog[open]')];
  const layer = roots.at(-1) ?? document.querySelector('[role=menu]')
    ?? document.querySelector('[data-actions] [role=group]') ?? document.body;
  const seen = element => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && element.clientWidth !== 1 && !element.closest('.sr-only, option, svg, progress');
  const name = element => element.outerHTML.slice(0, 110);
  const faults = [];

  // Text that is cut off without an ellipsis, or stands out of its box.
  for (const element of document.querySelectorAll('body *')) {
    const style = getComputedStyle(element);
    const hasText = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (hasText && element.clientWidth > 1 && style.display !== 'inline'
        && element.scrollWidth > element.clientWidth + 1
        && !['auto', 'scroll'].includes(style.overflowX) && style.textOverflow !== 'ellipsis'
        && element.checkVisibility({ visibilityProperty: true }))
      faults.push(`clipped: ${name(element)}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push('the page scrolls sideways');
  for (const dialog of document.querySelectorAll('dialog[open], dialog[open] > *'))
    if (dialog.scrollWidth > dialog.clientWidth + 1) faults.push(`a dialog scrolls sideways: ${name(dialog)}`);
  if (layer !== document.body) {
    const box = layer.getBoundingClientRect();
    if (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1)
      faults.push(`out of the window: ${name(layer)}`);
  }

  // The part of a box that its scrolling places let through.
  const visiblePart = (rect, element) => {
    let { left, top, right, bottom } = rect;
    for (let place = element; place && place !== document.body; place = place.parentElement) {
      if (getComputedStyle(place).overflow === 'visible') continue;
      const box = place.getBoundingClientRect();
      [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
      [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
    }
    return right - left > 2 && bottom - top > 2 ? { left, top, right, bottom } : null;
  };
  // What floats lies over others on purpose.
  const floats = element => {
    for (let place = element; place && place !== layer; place = place.parentElement)
      if (['sticky', 'fixed', 'absolute'].includes(getComputedStyle(place).position)
          && !place.matches('ol > li, ul > li')) return true;
    return false;
  };
  const boxes = [];
  const add = (element, rect, slack) => {
    const part = visiblePart({ left: rect.left, right: rect.right,
      top: rect.top + rect.height * slack, bottom: rect.bottom - rect.height * slack }, element);
    if (part) boxes.push({ element, part });
  };
  for (const element of layer.querySelectorAll('button, a[href], input, select, textarea, img, video'))
    if (seen(element) && !floats(element))
      for (const rect of element.getClientRects()) add(element, rect, element.localName === 'a' ? 0.25 : 0);
  const texts = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !seen(element) || floats(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    // A line's box is higher than its letters.
    for (const rect of range.getClientRects()) add(element, rect, 0.25);
  }
  const met = new Set();
  for (const [at, one] of boxes.entries())
    for (const two of boxes.slice(at + 1)) {
      if (one.element.contains(two.element) || two.element.contains(one.element)) continue;
      const [a, b] = [one.part, two.part];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 2 && high > 2) met.add(`overlap: ${name(one.element)} AND ${name(two.element)}`);
    }
  return [...faults, ...[...met].slice(0, 5)];
}"""


def out_of_place(page: Any) -> list[str]:
    """What is cut off, overlaps, or does not fit into the window, in one line for each."""
    found: list[str] = page.evaluate(_FAULTS)
    return found
