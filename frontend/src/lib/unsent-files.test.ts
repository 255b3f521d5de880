// @vitest-environment jsdom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { forgetFiles, noteUnsentFiles, onForgetFiles, subscribeUnsentFiles, unsentFiles } from './unsent-files';

/** Whether the browser would ask before it leaves. */
const asks = (): boolean => {
  const event = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(event);
  return event.defaultPrevented;
};

afterEach(() => ['c1', 'c2'].forEach((id) => noteUnsentFiles(id, 0)));

describe('files that are not sent yet', () => {
  it('keep the page from going without a question, until the last has gone out', () => {
    expect(asks()).toBe(false);
    noteUnsentFiles('c1', 2);
    noteUnsentFiles('c2', 1);
    noteUnsentFiles('c1', 0);
    expect(asks()).toBe(true);
    expect([unsentFiles('c1'), unsentFiles('c2')]).toEqual([0, 1]);
    noteUnsentFiles('c2', 0);
    expect(asks()).toBe(false);
  });

  it('tell once of each change', () => {
    const listener = vi.fn<() => void>();
    const stop = subscribeUnsentFiles(listener);
    noteUnsentFiles('c1', 1);
    noteUnsentFiles('c1', 1);
    stop();
    noteUnsentFiles('c1', 2);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('go with whoever attached them', () => {
    const forget = vi.fn<() => void>();
    onForgetFiles(forget);
    forgetFiles();
    expect(forget).toHaveBeenCalledTimes(1);
  });
});
