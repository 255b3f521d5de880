/** Sentences by name: texts, functions that make texts, lists of texts, and groups of all these. */
export type Sentences = { [name: string]: unknown };

export type Translate = (name: string, sentences: Sentences) => void;

const catalogues = new Map<string, Sentences>();
let translate: Translate | null = null;

/**
 * A catalogue of English sentences. Another language writes over them before anything is drawn: those of the page
 * when it starts, those of a part that is loaded later when it comes.
 */
export function catalogue<T extends Sentences>(name: string, english: T): T {
  catalogues.set(name, english);
  translate?.(name, english);
  return english;
}

/** From now on every catalogue is translated, also those that are still to come. */
export function speak(next: Translate): void {
  translate = next;
  for (const [name, sentences] of catalogues) next(name, sentences);
}

/** Put a translation over a catalogue, group by group; what it lacks stays as it is. */
export function overwrite(sentences: Sentences, translation: Sentences): void {
  for (const [name, value] of Object.entries(translation)) {
    const known = sentences[name];
    if (isGroup(known) && isGroup(value)) overwrite(known, value);
    else sentences[name] = value;
  }
}

export function isGroup(value: unknown): value is Sentences {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
