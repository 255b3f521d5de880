import { getSettings, subscribeSettings } from '../lib/settings';

const BARS = { light: '#ffffff', dark: '#151e1b' };

/** Light or dark as the agent has chosen, else as the device has it: from before the first paint on, in every tab. */
export function followTheme(): void {
  const apply = () => {
    const { theme } = getSettings();
    const root = document.documentElement;
    if (theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = theme;
    // The bars of a phone's browser.
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]'))
      meta.content = BARS[theme !== 'system' ? theme : meta.media.includes('dark') ? 'dark' : 'light'];
  };
  apply();
  subscribeSettings(apply);
}
