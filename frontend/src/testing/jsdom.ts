const ROW_PX = 60;

/**
 * jsdom lays nothing out and has no modal dialogs. Here a row is 60 px high and all else as large as a window, so
 * that the virtual lists draw rows, and a dialog is open or not.
 */
export function addWhatJsdomLacks(): void {
  const sizes = { offsetHeight: 720, offsetWidth: 1280, clientHeight: 720, clientWidth: 1280 };
  for (const [name, value] of Object.entries(sizes))
    Object.defineProperty(HTMLElement.prototype, name, {
      configurable: true,
      get(this: HTMLElement) {
        return this.tagName === 'LI' && name.endsWith('Height') ? ROW_PX : value;
      },
    });
  Element.prototype.scrollTo = function scrollTo(this: Element, to?: ScrollToOptions | number) {
    if (typeof to === 'object' && to.top !== undefined) this.scrollTop = to.top;
  };
  Element.prototype.scrollIntoView = () => undefined;
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    if (!this.open) return;
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };
  window.matchMedia = (query) =>
    Object.assign(new EventTarget(), { matches: query === '(hover: hover)', media: query }) as unknown as MediaQueryList;
  window.ResizeObserver = class implements ResizeObserver {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
}
