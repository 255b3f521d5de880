import { language } from '../lib/language';
import { overwrite, speak } from './catalogue';

/** The page speaks the chosen language, and reads in its direction. English is there already. */
export async function startLanguage(): Promise<void> {
  if (language === 'en') return;
  const root = document.documentElement;
  root.lang = language;
  if (language === 'ar') {
    root.dir = 'rtl';
    const { arabic } = await import('./ar');
    speak((name, sentences) => overwrite(sentences, arabic[name] ?? {}));
  } else {
    const { pseudo } = await import('./pseudo');
    speak((_name, sentences) => pseudo(sentences));
  }
}
