import { t } from '../words/en';
import { notify } from './notices';

/** Copies a text, and says whether it did: without https a browser has no clipboard for pages. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(t.bubble.copied);
  } catch {
    notify(t.bubble.copyFailed, 'trouble');
  }
}
